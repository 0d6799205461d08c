//! Services that pass a trace's context on in formats that the others do not read.

use std::collections::BTreeSet;

use super::{
    propagators::{self, KNOWN},
    value,
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    export::{Library, Runtime, Setting, variables},
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(338),
    name: "propagators-differ",
    severity: Severity::Warning,
    summary: "two services of the stack share no format for a trace's context",
    why: "Wherever one of them calls the other, the trace breaks in two: each side reads headers that the other does not send.",
    causes: &[
        "`OTEL_PROPAGATORS` was set for one service alone, to B3 or Jaeger.",
        "`OTEL_PROPAGATORS=none`.",
    ],
    remedy: "Give every service `tracecontext,baggage`, and one more format where something old needs it; then recreate them.",
    verify: "A trace that goes through both is in one piece.",
    masked_by: &[],
    explains: &[],
    examine: Examine::Stack(examine),
};

/// What a service reads and writes, and whether that is told or the specification's default.
struct Spoken<'a> {
    service: &'a Service<'a>,
    formats: BTreeSet<&'a str>,
    setting: Option<Setting<'a>>,
    told: bool,
}

/// What a service speaks; `None` where it names a format that nobody here knows.
fn spoken<'a>(service: &'a Service<'a>) -> Option<Spoken<'a>> {
    let container = service.container;
    let default = BTreeSet::from(["tracecontext"]);
    if Library::of(container) == Library::Ours {
        return Some(Spoken {
            service,
            formats: default,
            setting: None,
            told: true,
        });
    }
    let spoken = match Setting::of(container, variables::PROPAGATORS) {
        Some(setting) if setting.items().any(|item| !KNOWN.contains(&item)) => return None,
        Some(setting) => Spoken {
            service,
            formats: propagators::formats(&setting),
            setting: Some(setting),
            told: true,
        },
        None => Spoken {
            service,
            formats: default,
            setting: None,
            // An agent takes the default; a program may set another in code.
            told: Runtime::of(container).agent.is_some(),
        },
    };
    Some(spoken)
}

fn examine(stack: &Stack<'_>, _: &Policy) -> Verdict {
    let all: Vec<Spoken<'_>> = stack.services.iter().filter_map(spoken).collect();
    if all.len() < 2 || all.iter().all(|spoken| spoken.setting.is_none()) {
        return Ok(Outcome::NotApplicable(
            "no service names its propagators, or there is only one",
        ));
    }
    let apart = all.iter().find_map(|one| {
        let setting = one.setting.as_ref()?;
        let other = all
            .iter()
            .filter(|other| other.service.subject != one.service.subject)
            .filter(|other| one.formats.is_disjoint(&other.formats))
            .max_by_key(|other| other.told)?;
        Some((one, setting, other))
    });
    let Some((one, setting, other)) = apart else {
        return Ok(Outcome::Pass);
    };
    let theirs = other.setting.as_ref().map_or_else(
        || "`tracecontext`, the default".to_owned(),
        |setting| format!("`{}`", setting.bare()),
    );
    let report = Report::new(
        format!(
            "`{}` passes traces on as `{}`, and `{}` as {theirs}: where one calls the other, the trace breaks in two",
            one.service.label(),
            setting.bare(),
            other.service.label(),
        ),
        value::proof(one.service, setting),
        value::set(one.service, setting.name, "tracecontext,baggage"),
    )
    .concerning([one.service.subject.clone(), other.service.subject.clone()])
    .proof([match &other.setting {
        Some(setting) => value::proof(other.service, setting),
        None => Evidence::new(
            EvidenceKind::Variable,
            &other.service.container.name,
            "OTEL_PROPAGATORS is not set",
        ),
    }]);
    fail(if other.told {
        report
    } else {
        report.severity(Severity::Info).likely()
    })
}
