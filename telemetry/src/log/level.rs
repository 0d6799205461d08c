//! Which lines are written: `RUST_LOG`, else `LOG_LEVEL`, else `info`.

use tracing_subscriber::EnvFilter;

use crate::config::{Lookup, MalformedValue};

/// Filter directives of the `tracing` ecosystem, such as `info,controller=debug`.
const RUST_LOG: &str = "RUST_LOG";

/// One level.
const LOG_LEVEL: &str = "LOG_LEVEL";

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// What the libraries beneath write is kept to warnings, whatever the level: a service at `debug`
/// shall not drown in its HTTP stack. `RUST_LOG=h2=debug` still shows it. The tracing SDK's own
/// complaints are left to this package's lines about the export.
const LIBRARIES: &str = "hyper=warn,hyper_util=warn,h2=warn,tonic=warn,tower=warn,reqwest=warn,\
                         rustls=warn,opentelemetry=warn,opentelemetry_sdk=warn";

/// The filter that the environment asks for, and the variable that could not be followed.
pub(super) fn filter(lookup: &Lookup<'_>) -> (EnvFilter, Option<MalformedValue>) {
    let asked = match directives(lookup) {
        Ok(asked) => asked,
        Err(malformed) => return (parsed("info").unwrap_or_default(), Some(malformed)),
    };
    (parsed(&asked).unwrap_or_default(), None)
}

fn parsed(directives: &str) -> Option<EnvFilter> {
    EnvFilter::builder()
        .parse(format!("{LIBRARIES},{directives}"))
        .ok()
}

fn directives(lookup: &Lookup<'_>) -> Result<String, MalformedValue> {
    if let Some(value) = lookup.text(RUST_LOG)? {
        return match parsed(&value) {
            Some(_) => Ok(value),
            None => Err(MalformedValue::new(
                RUST_LOG,
                &value,
                "filter directives such as `info` or `info,controller=debug`",
            )),
        };
    }
    match lookup.text(LOG_LEVEL)? {
        Some(value) => {
            let level = value.to_ascii_lowercase();
            if LEVELS.contains(&level.as_str()) {
                Ok(level)
            } else {
                Err(MalformedValue::new(
                    LOG_LEVEL,
                    &value,
                    "one of `off`, `error`, `warn`, `info`, `debug`, `trace`",
                ))
            }
        }
        None => Ok("info".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(variables: &[(&str, &str)]) -> Result<String, MalformedValue> {
        let find = |name: &str| {
            variables
                .iter()
                .find(|(variable, _)| *variable == name)
                .map(|(_, value)| (*value).into())
        };
        directives(&Lookup::new(&find))
    }

    #[test]
    fn the_finer_variable_goes_before_the_coarser() {
        let both = [
            ("RUST_LOG", "warn,controller=debug"),
            ("LOG_LEVEL", "error"),
        ];
        assert_eq!(asked(&both).expect("valid"), "warn,controller=debug");
        assert_eq!(asked(&both[1..]).expect("valid"), "error");
        assert_eq!(asked(&[]).expect("valid"), "info");
    }

    #[test]
    fn a_level_is_read_in_any_case() {
        assert_eq!(asked(&[("LOG_LEVEL", "WARN")]).expect("valid"), "warn");
    }

    #[test]
    fn a_level_that_does_not_exist_is_named() {
        let error = asked(&[("LOG_LEVEL", "loud")]).expect_err("malformed");
        assert_eq!(
            error.to_string(),
            "LOG_LEVEL is `loud`: expected one of `off`, `error`, `warn`, `info`, `debug`, `trace`"
        );
    }
}
