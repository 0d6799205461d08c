//! Attribute values that Tempo cuts.

use super::proof::{counting_since, metric, notice, setting};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, Remedy, Severity},
    notices::NoticeKind,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(219),
    name: "attributes-truncated",
    severity: Severity::Info,
    summary: "Tempo cuts long attribute values",
    why: "The spans are there; of a long SQL text or stack trace only the beginning is.",
    causes: &["Values over `distributor.max_attribute_bytes`: 2048 bytes since 2.7."],
    remedy: "Raise `distributor.max_attribute_bytes`, or leave the long values out.",
    verify: "`tempo_distributor_attributes_truncated_total` stands still.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let metrics = backend.tempo.metrics.get()?;
    if metrics.attributes_truncated == 0 {
        return Ok(Outcome::Pass);
    }
    let said = notice(backend, NoticeKind::TempoAttributesTruncated)
        .map(|(container, group)| Evidence::log(&container.name, &group.sample));
    let limit = setting(backend, &[&["distributor", "max_attribute_bytes"]]);
    let message = format!(
        "Tempo `{}` cut {} attribute values that are longer than it keeps",
        backend.label(),
        metrics.attributes_truncated
    );
    let counter = format!(
        "tempo_distributor_attributes_truncated_total {}",
        metrics.attributes_truncated
    );
    let remedy = Remedy::edit(
        "raise `distributor.max_attribute_bytes` (2048 by default) in its configuration and restart it, or shorten the values",
    );
    fail(
        Report::new(message, metric(backend, counter), remedy)
            .since(counting_since(backend))
            .proof(said)
            .proof(limit.map(|limit| limit.proof())),
    )
}
