//! Flags as Go's `flag` package reads them: `-name=value`, `-name value`, one dash or two.

use std::path::PathBuf;

use crate::tenancy::Tenancy;

/// The flags and what they are for, in the order of the usage text.
const USAGE: [(&str, &str); 11] = [
    (
        "auth.enabled",
        "Set to true to enable auth (deprecated: use multitenancy.enabled)",
    ),
    (
        "config.expand-env value",
        "Whether to expand environment variables in config file",
    ),
    ("config.file string", "Configuration file to load"),
    ("config.verify value", "Verify configuration and exit"),
    (
        "health",
        "Check health of a running Tempo instance and exit",
    ),
    (
        "health.url string",
        "URL to check for health (default \"http://localhost:3200/ready\")",
    ),
    (
        "log.level string",
        "Only log messages with the given severity or above: debug, info, warn, error",
    ),
    (
        "multitenancy.enabled",
        "Set to true to enable multitenancy.",
    ),
    (
        "server.http-listen-port int",
        "HTTP server listen port. (default 3200)",
    ),
    ("target string", "target module (default \"all\")"),
    ("version", "Print version information and exit"),
];

/// What the program is to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Task {
    #[default]
    Serve,
    Verify,
    CheckHealth,
    PrintVersion,
}

/// What `${NAME}` in the configuration file means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Variables {
    #[default]
    Literal,
    Expanded,
}

/// What the command line asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) task: Task,
    pub(super) config_file: Option<PathBuf>,
    pub(super) variables: Variables,
    pub(super) health_url: Option<String>,
    pub(super) tenancy: Tenancy,
    pub(super) http_port: Option<u16>,
    pub(super) log_level: Option<String>,
    pub(super) target: Option<String>,
}

/// Why a command line was not understood, in the words of Go's `flag` package.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FlagError {
    #[error("flag provided but not defined: -{0}")]
    NotDefined(String),
    #[error("flag needs an argument: -{0}")]
    NeedsArgument(&'static str),
    #[error("invalid value \"{value}\" for flag -{name}: parse error")]
    Invalid { name: &'static str, value: String },
    #[error("bad flag syntax: {0}")]
    Syntax(String),
    #[error("flag: help requested")]
    Help,
}

/// Reads the arguments after the program's name; those after the flags are left alone, as Tempo does.
pub(super) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Flags, FlagError> {
    let mut flags = Flags::default();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let Some(name) = argument.strip_prefix('-') else {
            break;
        };
        if name == "-" {
            break;
        }
        let name = name.strip_prefix('-').unwrap_or(name);
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (name, None),
        };
        if name.is_empty() || name.starts_with('-') {
            return Err(FlagError::Syntax(argument));
        }
        flags.set(name, value, &mut arguments)?;
    }
    Ok(flags)
}

impl Flags {
    fn set(
        &mut self,
        name: &str,
        value: Option<String>,
        rest: &mut impl Iterator<Item = String>,
    ) -> Result<(), FlagError> {
        let mut text = |name, value: Option<String>| {
            value
                .or_else(|| rest.next())
                .ok_or(FlagError::NeedsArgument(name))
        };
        match name {
            "config.file" => self.config_file = Some(text("config.file", value)?.into()),
            // These two are values, not switches, in Tempo: alone they need an argument.
            "config.verify" => {
                if truth("config.verify", &text("config.verify", value)?)? {
                    self.task = Task::Verify;
                }
            }
            "config.expand-env" => {
                if truth("config.expand-env", &text("config.expand-env", value)?)? {
                    self.variables = Variables::Expanded;
                }
            }
            "health" => {
                if switch("health", value)? {
                    self.task = Task::CheckHealth;
                }
            }
            "health.url" => self.health_url = Some(text("health.url", value)?),
            "version" => {
                if switch("version", value)? {
                    self.task = Task::PrintVersion;
                }
            }
            "auth.enabled" | "multitenancy.enabled" => {
                if switch("multitenancy.enabled", value)? {
                    self.tenancy = Tenancy::Multi;
                }
            }
            "server.http-listen-port" => {
                let value = text("server.http-listen-port", value)?;
                self.http_port = Some(value.parse().map_err(|_| FlagError::Invalid {
                    name: "server.http-listen-port",
                    value,
                })?);
            }
            "log.level" => self.log_level = Some(text("log.level", value)?),
            "target" => self.target = Some(text("target", value)?),
            "h" | "help" => return Err(FlagError::Help),
            other => return Err(FlagError::NotDefined(other.to_owned())),
        }
        Ok(())
    }
}

fn switch(name: &'static str, value: Option<String>) -> Result<bool, FlagError> {
    value.map_or(Ok(true), |value| truth(name, &value))
}

fn truth(name: &'static str, value: &str) -> Result<bool, FlagError> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        other => Err(FlagError::Invalid {
            name,
            value: other.to_owned(),
        }),
    }
}

/// The text that Go prints after a mistake.
pub(super) fn usage() -> String {
    let mut text = String::from("Usage of minitempo:\n");
    for (flag, purpose) in USAGE {
        text.push_str("  -");
        text.push_str(flag);
        text.push_str("\n    \t");
        text.push_str(purpose);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Flags, FlagError> {
        parse(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn values_come_after_an_equals_sign_or_as_the_next_argument() {
        let file = Some(PathBuf::from("/etc/tempo.yaml"));
        for arguments in [
            &["-config.file=/etc/tempo.yaml"][..],
            &["--config.file", "/etc/tempo.yaml"],
        ] {
            assert_eq!(parsed(arguments).expect("valid").config_file, file);
        }
        let task = |argument| parsed(&[argument]).expect("valid").task;
        assert_eq!(task("-health"), Task::CheckHealth);
        assert_eq!(task("-health=false"), Task::Serve);
    }

    #[test]
    fn mistakes_are_named_as_go_names_them() {
        assert_eq!(
            parsed(&["-config.verify"])
                .expect_err("no value")
                .to_string(),
            "flag needs an argument: -config.verify"
        );
        assert_eq!(
            parsed(&["-mem-ballast-size-mbs=1024"])
                .expect_err("unknown")
                .to_string(),
            "flag provided but not defined: -mem-ballast-size-mbs"
        );
    }
}
