//! A collector whose health page says that it does not work.

use super::{collector_config_rejected, collector_not_running};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, stack::run_state},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::{CollectorFlavour, Readiness},
    view::{Relay, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(425),
    name: "collector-unhealthy",
    severity: Severity::Warning,
    summary: "a collector's own health page says that it does not work",
    why: "Its pipelines are not running, so that it takes no spans or keeps them.",
    causes: &[
        "It is starting or stopping.",
        "Alloy keeps an older configuration because the new one was refused.",
    ],
    remedy: "Read its log: the component that failed is named there.",
    verify: "The health page answers 200.",
    masked_by: &[&[
        Cause::same_subject(collector_not_running::CHECK.code),
        Cause::same_subject(collector_config_rejected::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let pipelines = relay.pipelines.get()?;
    let has_page = match relay.facts.flavour {
        CollectorFlavour::OpenTelemetry => pipelines.health.is_some(),
        CollectorFlavour::Alloy | CollectorFlavour::GrafanaAgent => pipelines.handles_traces(),
    };
    if !has_page {
        return Ok(Outcome::NotApplicable(
            "it has no health page switched on, or nothing to do with traces",
        ));
    }
    let (status, reason) = match relay.facts.ready.get()? {
        Readiness::Ready => return Ok(Outcome::Pass),
        // By default the page is for the collector's own container only.
        Readiness::NoAnswer { .. } => {
            return Ok(Outcome::NotApplicable(
                "its health page does not answer outside of its container",
            ));
        }
        // Something else answers at that port.
        Readiness::NotReady { status, .. } if *status < 500 => {
            return Ok(Outcome::NotApplicable("its health page is elsewhere"));
        }
        Readiness::NotReady { status, reason } => (status, reason),
    };
    let url = relay
        .facts
        .reached
        .known()
        .map_or("", |reached| reached.url());
    fail(
        Report::new(
            format!(
                "collector `{}` says of itself that it is not healthy: HTTP {status}",
                relay.label()
            ),
            Evidence::new(EvidenceKind::Http, url, format!("HTTP {status}: {reason}")),
            Remedy::run("read its log", commands::logs(relay.container)),
        )
        .proof(run_state::last_words(relay.container)),
    )
}
