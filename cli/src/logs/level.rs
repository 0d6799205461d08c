//! How bad a line says that it is.

use serde::Serialize;

/// How bad a line is; worse ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// A level stands in the beginning of a line, if anywhere.
const HEAD: usize = 512;
/// In free text among the first so many words.
const WORDS: usize = 10;
/// The names of the field that holds it.
const FIELDS: [&str; 4] = ["level", "severity", "lvl", "log.level"];

/// The level of a line, as a field of a record or as a word of its own.
pub(crate) fn level(text: &str) -> Option<Level> {
    let head = &text[..text.floor_char_boundary(HEAD)];
    of_field(head).or_else(|| of_word(head))
}

/// `"level":"error"`, `"severity": 17`, `level=error`, `lvl=eror`.
fn of_field(head: &str) -> Option<Level> {
    let lower = head.to_ascii_lowercase();
    FIELDS.iter().find_map(|field| {
        lower.match_indices(field).find_map(|(at, _)| {
            let before = lower[..at].chars().next_back();
            if before.is_some_and(|character| character.is_ascii_alphanumeric()) {
                return None;
            }
            let after = lower[at + field.len()..].trim_start_matches('"');
            let value = after.strip_prefix([':', '='])?;
            let value = value.trim_start_matches([' ', '"']);
            let end = value.find(|character: char| !character.is_ascii_alphanumeric());
            named(&value[..end.unwrap_or(value.len())])
        })
    })
}

/// `ERROR`, `[warn]`, `info:` or, between tabs, `error` among the first words.
fn of_word(head: &str) -> Option<Level> {
    let words = head.split_ascii_whitespace().take(WORDS).enumerate();
    words.into_iter().find_map(|(number, token)| {
        let word = token.trim_matches(|character: char| !character.is_ascii_alphabetic());
        let is_shouted = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_marked = token.starts_with('[') && token.ends_with(']')
            || number == 0 && token.ends_with(':')
            || head.contains(&format!("\t{word}\t"));
        let level = named(&word.to_ascii_lowercase())?;
        (is_shouted || is_marked).then_some(level)
    })
}

/// Names of loggers, and the numbers of pino and bunyan.
fn named(word: &str) -> Option<Level> {
    Some(match word {
        "trace" | "trce" | "verbose" | "finest" | "finer" | "10" => Level::Trace,
        "debug" | "dbug" | "fine" | "20" => Level::Debug,
        "info" | "information" | "notice" | "30" => Level::Info,
        "warn" | "warning" | "40" => Level::Warn,
        "error" | "eror" | "err" | "severe" | "fatal" | "panic" | "critical" | "crit" | "emerg"
        | "alert" | "dpanic" | "fail" | "50" | "60" => Level::Error,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_found_in_records_and_in_free_text() {
        let table = [
            (
                r#"{"time":"t","level":"WARN","msg":"x"}"#,
                Some(Level::Warn),
            ),
            (
                r#"{"level":50,"time":1795338000,"msg":"x"}"#,
                Some(Level::Error),
            ),
            (r#"{"msg":"x","severity": "ERROR"}"#, Some(Level::Error)),
            ("ts=1 level=debug msg=x", Some(Level::Debug)),
            (
                "2026-11-22T08:00:00Z\terror\tinternal/queue.go:1\tx",
                Some(Level::Error),
            ),
            ("2026-11-22 08:00:00,000 WARNING [app] x", Some(Level::Warn)),
            (
                "[otel.javaagent 2026-11-22 08:00:00] [main] ERROR io.x - y",
                Some(Level::Error),
            ),
            ("info: Microsoft.Hosting.Lifetime[14]", Some(Level::Info)),
            ("[error] it broke", Some(Level::Error)),
            ("GET /level/errors 200", None),
            ("sea level: unknown", None),
            ("", None),
        ];
        for (line, expected) in table {
            assert_eq!(level(line), expected, "{line}");
        }
    }
}
