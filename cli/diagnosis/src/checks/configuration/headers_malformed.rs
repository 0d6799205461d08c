//! Headers for the exporter that are no list of `name=value`.

use super::value::{self, Effect, Reaction};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Setting, variables},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(325),
    name: "headers-malformed",
    severity: Severity::Warning,
    summary: "the headers that a service sends with its exports are not written as a list of pairs",
    why: "The SDK leaves them out: Tempo misses the tenant, or a gateway the token, and every export is refused.",
    causes: &[
        "A header as HTTP writes it: `Authorization: Basic …`.",
        "A token alone, without the name of its header.",
    ],
    remedy: "Write `name=value,name=value` with percent-encoded values: `Authorization=Basic%20…`; then recreate the service.",
    verify: "The service logs no refused export after the next request.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(setting) = Setting::first(service.container, &variables::HEADERS) else {
        return Ok(Outcome::NotApplicable("no headers are set"));
    };
    if is_list(&setting) {
        return Ok(Outcome::Pass);
    }
    let effect = Effect::of(service, stack);
    let severity = match Reaction::of(service, &[]) {
        Reaction::Refuses => Severity::Error,
        Reaction::FallsBack | Reaction::Unknown => effect.severity(Severity::Warning),
    };
    let remedy = value::set(service, setting.name, &right(&setting)).by_hand();
    let what = "that is no list of `name=value`, and its SDK leaves it out";
    fail(value::report(service, &setting, what, remedy).severity(severity))
}

/// The list that was meant, with the names that are known and no value: `Authorization=<value>`.
fn right(setting: &Setting<'_>) -> String {
    let name_of = |item: &str| {
        let (name, _) = item.split_once(['=', ':'])?;
        Some(name.trim().to_owned()).filter(|name| is_token(name))
    };
    let names: Option<Vec<String>> = setting.items().map(name_of).collect();
    match names.as_deref() {
        None | Some([]) => "name=value".to_owned(),
        Some(names) => {
            let pairs: Vec<String> = names.iter().map(|name| format!("{name}=<value>")).collect();
            pairs.join(",")
        }
    }
}

/// Whether a setting is a list of pairs as SDKs read it.
fn is_list(setting: &Setting<'_>) -> bool {
    setting.items().all(|item| {
        item.split_once('=')
            .is_some_and(|(name, _)| is_token(name.trim()))
    })
}

/// What a service's settings say of one header of its exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::checks) enum Header {
    /// It is sent along.
    Sent,
    /// It is meant to be sent, by headers that cannot be read.
    Unreadable,
    /// They do not name it; a program may still send it.
    Unnamed,
}

impl Header {
    /// What the settings of a service say of the header with this name.
    pub(in crate::checks) fn of(service: &Service<'_>, name: &str) -> Self {
        let Some(setting) = Setting::first(service.container, &variables::HEADERS) else {
            return Self::Unnamed;
        };
        if !is_list(&setting) {
            let is_meant = setting
                .raw
                .to_ascii_lowercase()
                .contains(&name.to_ascii_lowercase());
            return if is_meant {
                Self::Unreadable
            } else {
                Self::Unnamed
            };
        }
        let is_named = setting
            .items()
            .filter_map(|item| item.split_once('='))
            .any(|(other, _)| other.trim().eq_ignore_ascii_case(name));
        if is_named { Self::Sent } else { Self::Unnamed }
    }
}

/// Whether a header's name can be one, by RFC 9110.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures, policy::Policy};

    #[test]
    fn the_remedy_keeps_the_name_of_the_header() {
        for (written, right) in [
            ("Authorization:[redacted]", "Authorization=<value>"),
            (
                "team=a,Authorization: [redacted]",
                "team=<value>,Authorization=<value>",
            ),
            ("[redacted]", "name=value"),
        ] {
            let broken = fixtures::broken().into_iter();
            let mut found = broken.filter(|broken| broken.code == "PT0325");
            let mut snapshot = found.next().unwrap().snapshot;
            for variable in &mut snapshot.service_mut("scraper").environment {
                if variable.name == "OTEL_EXPORTER_OTLP_HEADERS" {
                    variable.value = written.to_owned();
                }
            }
            let diagnosis = diagnose(&snapshot, &Policy::default());
            let action = &diagnosis.causes[0].finding.remedy.action;
            let set = format!("set `OTEL_EXPORTER_OTLP_HEADERS={right}` for `scraper`");
            assert!(action.starts_with(&set), "{action}");
        }
    }
}
