//! Taking secrets out of what was gathered, by name and by value.
//!
//! What is left must still answer the question it was gathered for: endpoints, trace ids, digests, container ids and
//! the names of headers stay readable.

mod credential;
mod scan;

pub use self::credential::{CredentialSign, credential};

/// What stands where a secret stood.
pub const REDACTED: &str = "[redacted]";

/// Words of a variable's, label's or field's name that mark its value as a credential.
const SECRET_WORDS: [&str; 17] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PWD",
    "PASS",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "TOKENS",
    "CREDENTIAL",
    "CREDENTIALS",
    "APIKEY",
    "AUTH",
    "AUTHORIZATION",
    "COOKIE",
    "DSN",
    "JWT",
];
/// Words before `KEY` that make it a credential; `KEY` alone (`PARTITION_KEY`, `KEY_FILE`) is none.
const KEY_OWNERS: [&str; 12] = [
    "API",
    "ACCESS",
    "SECRET",
    "PRIVATE",
    "ENCRYPTION",
    "SIGNING",
    "LICENSE",
    "AUTH",
    "MASTER",
    "ACCOUNT",
    "SHARED",
    "INGEST",
];
/// Words after which the value only points to a credential, or describes it.
const HARMLESS_ENDS: [&str; 12] = [
    "FILE", "PATH", "DIR", "URL", "URI", "ENDPOINT", "HOST", "TYPE", "TTL", "NAME", "ENABLED",
    "MODE",
];

/// The value of a variable or label, fit to be shown: nothing of a credential, and of headers only the names.
pub fn value(name: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    let words = words(name);
    if words.last().is_some_and(|last| last == "HEADERS") {
        return headers(value);
    }
    if is_reference(value) {
        return value.to_owned();
    }
    if is_secret_name(&words) || (is_key_name(&words) && looks_random(value)) {
        return REDACTED.to_owned();
    }
    text(value)
}

/// Whether a value is `${NAME}`: where a credential is to be found, and not the credential.
fn is_reference(value: &str) -> bool {
    let name = value
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    })
}

/// Whether a name ends in a key of which only the value can tell whether it opens anything: `STRIPE_KEY`.
fn is_key_name(words: &[String]) -> bool {
    words
        .last()
        .is_some_and(|last| matches!(last.as_str(), "KEY" | "KEYS" | "SALT" | "WEBHOOK"))
}

/// Whether a value looks made by chance rather than chosen by a person: long, in one piece, of letters and digits.
fn looks_random(value: &str) -> bool {
    let in_one_piece = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-.:".contains(&byte));
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.len() >= 16 && in_one_piece && letters >= 4 && digits >= 3
}

/// Free text, fit to be shown: credentials that can be told by their own form or by the word in front of them are taken
/// out. Applied to its own result it changes nothing.
pub fn text(text: &str) -> String {
    scan::redact(text)
}

/// The words of a command, fit to be shown: also the word after a flag that names a credential goes.
pub fn command<'w>(words: impl IntoIterator<Item = &'w String>) -> Vec<String> {
    let mut after_secret = false;
    words
        .into_iter()
        .map(|word| {
            let is_value = after_secret && !word.starts_with('-');
            after_secret = is_secret_flag(word);
            if is_value {
                REDACTED.to_owned()
            } else {
                text(word)
            }
        })
        .collect()
}

/// Whether a word of a command is a flag whose value, the next word, is a credential: `--token`.
pub fn is_secret_flag(word: &str) -> bool {
    word.starts_with('-') && !word.contains('=') && is_secret_name(&words(word))
}

/// The words of a name in upper case: `grafana.apiKey`, `GRAFANA_API_KEY` and `grafana-api-key` are the same three.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for character in name.chars() {
        let separates = !character.is_alphanumeric();
        if (separates || (character.is_uppercase() && after_lower))
            && words.last().is_some_and(|word| !word.is_empty())
        {
            words.push(String::new());
        }
        after_lower = character.is_lowercase();
        if !separates && let Some(word) = words.last_mut() {
            word.extend(character.to_uppercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_secret_name(words: &[String]) -> bool {
    let harmless = words
        .last()
        .is_some_and(|last| HARMLESS_ENDS.contains(&last.as_str()));
    if harmless || words == ["PWD"] || words == ["OLDPWD"] {
        return false;
    }
    let named = words.iter().any(|word| {
        SECRET_WORDS.contains(&word.as_str())
            || ["PASSWORD", "SECRET", "TOKEN", "APIKEY"]
                .iter()
                .any(|end| word.ends_with(end))
    });
    named
        || words
            .windows(2)
            .any(|pair| KEY_OWNERS.contains(&pair[0].as_str()) && pair[1].starts_with("KEY"))
}

/// `name=value,name=value` with the values gone, as HTTP writes it too (`name: value`); what is not of that form goes wholly.
fn headers(value: &str) -> String {
    value
        .split(',')
        .map(|pair| match pair.find(['=', ':']) {
            // Which of the two stands there tells whether an exporter can read it.
            Some(at) => format!("{}{}{REDACTED}", pair[..at].trim(), &pair[at..=at]),
            None => REDACTED.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{REDACTED, text, value};

    #[test]
    fn credentials_are_told_by_the_name_of_the_variable() {
        for name in [
            "POSTGRES_PASSWORD",
            "DB_PASS",
            "GITHUB_TOKEN",
            "grafana.apiKey",
            "AWS_SECRET_ACCESS_KEY",
            "OPENAI_API_KEY",
            "SENTRY_DSN",
            "CLIENT_SECRET",
        ] {
            assert_eq!(value(name, "hunter2"), REDACTED, "{name}");
        }
    }

    #[test]
    fn the_name_of_the_variable_that_holds_a_credential_is_none() {
        assert_eq!(value("secret_key", "${TEMPO_SECRET}"), "${TEMPO_SECRET}");
        for written in [
            "${TEMPO_SECRET:-hunter2}",
            "x${TEMPO_SECRET}",
            "${}",
            "${hunter2}",
        ] {
            assert_eq!(value("secret_key", written), REDACTED, "{written}");
        }
    }

    #[test]
    fn a_key_is_a_credential_where_its_value_looks_like_one() {
        for name in ["STRIPE_KEY", "DATADOG_KEY", "COOKIE_SALT", "HONEYCOMB_KEYS"] {
            assert_eq!(value(name, "9f86d081884c7d659a2f"), REDACTED, "{name}");
        }
    }

    #[test]
    fn names_that_only_sound_like_credentials_keep_their_values() {
        for (name, kept) in [
            ("PWD", "/app"),
            ("POSTGRES_PASSWORD_FILE", "/run/secrets/db"),
            ("PARTITION_KEY", "tenant"),
            ("ROUTING_KEY", "orders.created.v1"),
            ("TOKENIZER", "bert"),
            ("AUTHOR", "ann"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.1"),
        ] {
            assert_eq!(value(name, kept), kept, "{name}");
        }
    }

    #[test]
    fn of_headers_the_names_are_left() {
        assert_eq!(
            value(
                "OTEL_EXPORTER_OTLP_HEADERS",
                "Authorization=Basic%20eA==,X-Scope-OrgID=a"
            ),
            "Authorization=[redacted],X-Scope-OrgID=[redacted]"
        );
        assert_eq!(value("OTEL_EXPORTER_OTLP_HEADERS", "eyJh"), REDACTED);
        assert_eq!(
            value("OTEL_EXPORTER_OTLP_HEADERS", "Authorization: Basic eA=="),
            "Authorization:[redacted]"
        );
    }

    #[test]
    fn the_word_after_a_flag_of_a_credential_goes() {
        let words = [
            "run",
            "--token",
            "abc",
            "--name",
            "x",
            "--password=hunter2",
            "-v",
        ];
        let shown = super::command(&words.map(str::to_owned));
        assert_eq!(
            shown.join(" "),
            "run --token [redacted] --name x --password=[redacted] -v"
        );
    }

    #[test]
    fn endpoints_stay_readable() {
        assert_eq!(
            value(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://ann:pw@tempo:4318/v1/traces"
            ),
            "http://[redacted]@tempo:4318/v1/traces"
        );
    }

    proptest! {
        #[test]
        fn a_second_pass_changes_nothing(name in "[A-Za-z_.]{0,16}", input in ".{0,200}") {
            let once = text(&input);
            prop_assert_eq!(text(&once), once.clone());
            let shown = value(&name, &input);
            prop_assert_eq!(value(&name, &shown), shown.clone());
        }

        #[test]
        fn a_planted_secret_never_survives(secret in "[A-Za-z0-9]{16,40}", before in "[a-z ]{0,20}", after in "[a-z ,;]{0,20}", form in 0_usize..16) {
            let planted = match form {
                0 => format!("password={secret}"),
                1 => format!("http://user:{secret}@tempo:4318/v1/traces"),
                2 => format!("Authorization: Bearer {secret}"),
                3 => format!("authorization=Basic {secret}=="),
                4 => format!("{{\"api_key\":\"{secret}\"}}"),
                5 => format!("postgres://u:{secret}@db/x?sslmode=off"),
                6 => format!("--token {secret}"),
                7 => format!("X-Api-Key: {secret}"),
                8 => format!("secret: '{secret}'"),
                9 => format!("{{\\\"password\\\":\\\"{secret}\\\"}}"),
                10 => format!("Bearer {secret}"),
                11 => format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----"),
                12 => format!("https://hooks.slack.com/services/T000/B000/{secret}"),
                13 => format!("postgres://u:pa/{secret}@db/x"),
                14 => format!("sk_live_{secret}"),
                _ => format!("http://tempo/x?access_token={secret}&a=b"),
            };
            let line = format!("{before} {planted}{after}");
            prop_assert!(!text(&line).contains(&secret), "{}", text(&line));
        }

        #[test]
        fn words_without_secrets_are_unchanged(line in "([a-z]{1,8}[ ,.]){0,20}", id in "[0-9a-f]{32}", digest in "[0-9a-f]{64}") {
            prop_assume!(!["token", "secret", "bearer", "basic", "pass", "pwd", "auth", "key", "cookie", "dsn", "jwt"].iter().any(|word| line.contains(word)));
            let line = format!("{line} trace_id={id} image sha256:{digest} container {digest} http://tempo:4318/v1/traces");
            prop_assert_eq!(text(&line), line);
        }
    }
}
