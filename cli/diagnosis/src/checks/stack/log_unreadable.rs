//! A container whose log the engine keeps nowhere that it can read.

use super::weight;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    observed::Probe,
    policy::Policy,
    snapshot::Container,
    view::{Member, Stack},
};

/// The engine's words where a driver keeps nothing that can be read back.
const SENTENCE: &str = "does not support reading";

pub(crate) static CHECK: Check = Check {
    code: Code::new(131),
    name: "log-unreadable",
    severity: Severity::Info,
    summary: "a container's log cannot be read through the engine",
    why: "What an SDK says of failed exports, and what Tempo says at its start, stands there. Without it those causes stay unknown, and silence proves nothing.",
    causes: &[
        "The log driver `none`.",
        "A driver that sends lines away (`syslog`, `gelf`, `fluentd`, a plug-in), with the engine's own copy switched off by `cache-disabled`.",
    ],
    remedy: "Use the driver `local` or `json-file`, or leave `cache-disabled` off; else read the log where it is sent to.",
    verify: "`docker logs` prints the container's lines.",
    masked_by: &[],
    explains: &[Probe::Logs],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    if !weight::carries_spans(member) {
        return Ok(Outcome::NotApplicable("its log says nothing of spans"));
    }
    let Err(gap) = container.logs.get() else {
        return Ok(Outcome::Pass);
    };
    let refused = gap.reason.contains(SENTENCE);
    if !refused && container.log_driver != "none" {
        return Err(gap);
    }
    let options = options(container);
    fail(
        Report::new(
            format!(
                "the log of `{}` cannot be read: its driver is `{}`{options}",
                member.label(),
                container.log_driver
            ),
            Evidence::new(
                EvidenceKind::Container,
                &container.name,
                format!("HostConfig.LogConfig.Type={}", container.log_driver),
            ),
            Remedy::edit(format!(
                "set `logging: {{driver: local}}` for `{}` in the Compose file, then recreate it; until then whether its exports fail is unknown from here",
                member.label()
            ))
            .then(commands::recreate(container)),
        )
        .proof([Evidence::new(
            EvidenceKind::Container,
            &container.name,
            format!("docker logs: {}", gap.reason),
        )]),
    )
}

fn options(container: &Container) -> &'static str {
    let is_off = container
        .log_options
        .iter()
        .any(|(name, value)| name == "cache-disabled" && value == "true");
    if is_off {
        ", and the engine's own copy is switched off"
    } else {
        ""
    }
}
