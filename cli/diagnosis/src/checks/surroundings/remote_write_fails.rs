//! A Tempo whose generated metrics nobody takes.

use super::{prometheus_not_ready, prometheus_remote_write_off, remote_write};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    notices::NoticeKind,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1011),
    name: "remote-write-fails",
    severity: Severity::Warning,
    summary: "what Tempo's metrics generator writes is refused",
    why: "The service graph and span metrics have holes or stay empty; traces themselves are not touched by it.",
    causes: &[
        "Prometheus' remote write receiver is off.",
        "The URL is wrong, or Prometheus was away.",
    ],
    remedy: "Read the line; start Prometheus with `--web.enable-remote-write-receiver`, and write to `/api/v1/write`.",
    verify: "`prometheus_remote_storage_samples_failed_total` of Tempo does not grow.",
    masked_by: &[&[
        Cause::anywhere(prometheus_remote_write_off::CHECK.code),
        Cause::anywhere(prometheus_not_ready::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let metrics = backend.tempo.metrics.get()?;
    let writes =
        backend.tempo.file.known().is_none_or(|_| {
            remote_write::of(backend, stack).is_ok_and(|writes| !writes.is_empty())
        });
    let failed = metrics.generator.remote_write_failed;
    let line = backend.container.and_then(|container| {
        let notices = &container.logs.known()?.notices;
        let notice = notices.iter().find(|notice| {
            notice.kind == NoticeKind::TempoRemoteWriteRefused && notice.since_start > 0
        })?;
        Some((container, notice))
    });
    if !writes || (failed == 0 && line.is_none()) {
        return Ok(Outcome::Pass);
    }
    let targets = remote_write::of(backend, stack).unwrap_or_default();
    let away = targets
        .iter()
        .find(|write| write.container.is_some_and(|to| !to.is_running()));
    if away.is_some() {
        return Ok(Outcome::NotApplicable(
            "the Prometheus that it writes to does not run",
        ));
    }
    let url = backend
        .tempo
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let counter = Evidence::new(
        EvidenceKind::Metric,
        format!("{url}/metrics"),
        format!("prometheus_remote_storage_samples_failed_total {failed}"),
    );
    let to = targets
        .first()
        .map_or(String::new(), |write| format!(" to `{}`", write.url()));
    let report = Report::new(
        format!(
            "Tempo `{}` could not write {failed} generated samples{to}",
            backend.label()
        ),
        counter,
        Remedy::edit("mend what the line names: the URL, or Prometheus' remote write receiver"),
    )
    .since(line.and_then(|(_, notice)| Some(Moment::new(notice.first_at?, "its first such line"))))
    .proof(line.map(|(container, notice)| Evidence::log(&container.name, &notice.sample)))
    .proof(targets.iter().map(remote_write::RemoteWrite::proof));
    // A counter alone has no time: it may be history.
    fail(match line {
        Some(_) => report,
        None => report.severity(Severity::Info),
    })
}
