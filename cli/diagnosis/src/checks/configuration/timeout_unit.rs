//! A timeout with a unit, or in the wrong one.

use super::value::{self, Effect, Reaction};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Library, Runtime, Setting, variables},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(324),
    name: "timeout-unit",
    severity: Severity::Warning,
    summary: "the time that a service gives its exports is not in the unit that its SDK reads",
    why: "The specification counts milliseconds, Python's SDK seconds. `10s` keeps Python's SDK from starting, and `10` means 10 ms elsewhere: every export is given up before Tempo can answer.",
    causes: &[
        "A duration such as `10s` was carried over from another program.",
        "A value for Python's SDK was copied to a service in another language, or the other way round.",
    ],
    remedy: "Write a bare number: `10000` in milliseconds, `10` for Python's SDK; then recreate the service.",
    verify: "The service logs no export that timed out.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

/// No export over a network is done within this many milliseconds for sure.
const TOO_SHORT: f64 = 100.0;
/// Nobody waits so many seconds for an export on purpose.
const TOO_LONG: f64 = 1000.0;

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(setting) = Setting::first(service.container, &variables::TIMEOUT) else {
        return Ok(Outcome::NotApplicable("no timeout is set"));
    };
    let language = Runtime::of(service.container).language;
    let python = language == Some(Language::Python);
    let right = if python { "10" } else { "10000" };
    let effect = Effect::of(service, stack);
    let (what, severity) = match setting.bare().parse::<f64>() {
        Ok(number) if python && number >= TOO_LONG => (
            format!("Python's SDK counts seconds, so that it waits {number} s for an answer"),
            Severity::Info,
        ),
        Ok(number) if !python && number > 0.0 && number < TOO_SHORT => {
            let severity = if language.is_some() {
                effect.severity(Severity::Warning)
            } else {
                Severity::Info
            };
            let what = format!(
                "every SDK but Python's counts milliseconds, so that an export is given up after {number} ms"
            );
            (what, severity)
        }
        Ok(number) if is_usable(service, &setting, number) => return Ok(Outcome::Pass),
        // Java's SDK knows units.
        Err(_) if language == Some(Language::Java) && has_unit(setting.bare()) => {
            return Ok(Outcome::Pass);
        }
        Ok(_) | Err(_) => {
            let reaction = Reaction::of(service, &[Language::Python, Language::Java]);
            let what = format!("a bare number is wanted; {}", reaction.consequence());
            (what, reaction.severity(effect))
        }
    };
    let remedy = value::set(service, setting.name, right);
    fail(value::report(service, &setting, &what, remedy).severity(severity))
}

/// Whether an SDK can use a number at all: ours takes whole milliseconds above 0 alone.
fn is_usable(service: &Service<'_>, setting: &Setting<'_>, number: f64) -> bool {
    match Library::of(service.container) {
        Library::Ours => setting.bare().parse::<u64>().is_ok_and(|number| number > 0),
        Library::Unknown => number.is_finite() && number >= 0.0,
    }
}

/// `10s`, `500ms`, `1m`, `2 h`.
fn has_unit(text: &str) -> bool {
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let unit = &text[digits.len()..];
    matches!(unit, "ms" | "s" | "m" | "h" | "d") && digits.trim_end().parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures, policy::Policy};

    fn found(change: impl FnOnce(&mut crate::snapshot::Snapshot)) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        change(&mut snapshot);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        diagnosis
            .findings()
            .map(|finding| format!("{} {}", finding.code, finding.severity.word()))
            .collect()
    }

    #[test]
    fn ten_is_right_for_python_and_too_short_elsewhere() {
        let with = |command: &'static str, value: &'static str| {
            found(move |stack| {
                stack.speak(command, "http://tempo:4317", "grpc");
                stack.add_variable("scraper", "OTEL_EXPORTER_OTLP_TIMEOUT", value);
            })
        };
        assert_eq!(with("python", "10"), Vec::<String>::new());
        assert_eq!(with("node", "10"), ["PT0324 warning"]);
        assert_eq!(with("node", "10000"), Vec::<String>::new());
        assert_eq!(with("python", "10000"), ["PT0324 info"]);
        assert_eq!(with("python", "10s"), ["PT0324 error"]);
        assert_eq!(with("java", "10s"), Vec::<String>::new());
        assert_eq!(with("node", "10s"), ["PT0324 info"]);
    }
}
