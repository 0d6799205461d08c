//! Spans that a backend threw away, by reason: the counter, the limit behind it, and where that is set.

use std::ops::ControlFlow;

use super::proof::{Setting, bytes, counting_since, metric, notice, setting};
use crate::{
    check::{Outcome, Report, Verdict, fail},
    finding::{Evidence, Remedy},
    notices::NoticeKind,
    snapshot::{Discarded, TempoMetrics},
    view::Backend,
};

/// The reasons that have a check of their own; every other one is `spans-discarded`'s.
pub(super) const OF_THEIR_OWN: [&str; 5] = [
    "trace_too_large",
    "live_traces_exceeded",
    "rate_limited",
    "invalid_trace_id",
    "invalid_span_id",
];

/// One kind of limit.
pub(super) struct Limit {
    /// The reasons that the counter names.
    pub(super) reasons: &'static [&'static str],
    /// The limits as `tempo_limits_defaults` names them, with what they count.
    pub(super) limits: &'static [(&'static str, Unit)],
    /// Where the first of them may stand in the file: under `overrides.defaults`, and in the flat form.
    pub(super) settings: &'static [&'static [&'static str]],
    /// What the log says beside the counter.
    pub(super) notice: Option<NoticeKind>,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesASecond,
    /// Traces.
    Traces,
}

impl Unit {
    fn of(self, value: u64) -> String {
        match self {
            Self::Bytes => bytes(value),
            Self::BytesASecond => format!("{} a second", bytes(value)),
            Self::Traces => format!("{value} traces"),
        }
    }
}

/// What was thrown away for one kind of limit.
pub(super) struct Loss<'s> {
    /// How many spans.
    pub(super) spans: u64,
    /// The value of each limit, for a sentence; empty where Tempo does not tell.
    pub(super) limits: Vec<String>,
    /// Where the limit is set, where it is.
    pub(super) setting: Option<Setting<'s>>,
    proofs: Vec<Evidence>,
    since: Option<crate::finding::Moment>,
}

/// What was thrown away for this kind of limit; otherwise the verdict.
pub(super) fn loss<'s>(backend: &Backend<'s>, limit: &Limit) -> ControlFlow<Verdict, Loss<'s>> {
    let metrics = match backend.tempo.metrics.get() {
        Ok(metrics) => metrics,
        Err(gap) => return ControlFlow::Break(Err(gap)),
    };
    let discarded: Vec<&Discarded> = metrics
        .discarded
        .iter()
        .filter(|discarded| limit.reasons.contains(&discarded.reason.as_str()))
        .collect();
    if discarded.is_empty() {
        return ControlFlow::Break(Ok(Outcome::Pass));
    }
    let setting = setting(backend, limit.settings);
    let said = limit.notice.and_then(|kind| notice(backend, kind));
    let mut proofs: Vec<Evidence> = discarded
        .iter()
        .map(|discarded| counter(backend, discarded))
        .collect();
    proofs.extend(said.map(|(container, group)| Evidence::log(&container.name, &group.sample)));
    proofs.extend(limit.limits.iter().filter_map(|(name, _)| {
        let value = metrics.limit(name)?;
        Some(metric(
            backend,
            format!("tempo_limits_defaults{{limit_name={name:?}}} {value}"),
        ))
    }));
    proofs.extend(setting.as_ref().map(Setting::proof));
    ControlFlow::Continue(Loss {
        spans: discarded.iter().map(|discarded| discarded.spans).sum(),
        limits: values(metrics, limit),
        setting,
        proofs,
        since: counting_since(backend),
    })
}

/// A counter as the page shows it.
pub(super) fn counter(backend: &Backend<'_>, discarded: &Discarded) -> Evidence {
    metric(
        backend,
        format!(
            "tempo_discarded_spans_total{{reason={:?}}} {}",
            discarded.reason, discarded.spans
        ),
    )
}

fn values(metrics: &TempoMetrics, limit: &Limit) -> Vec<String> {
    limit
        .limits
        .iter()
        .filter_map(|(name, unit)| Some(unit.of(metrics.limit(name)?)))
        .collect()
}

impl Loss<'_> {
    /// The finding of it.
    pub(super) fn fail(self, message: String, action: &str) -> Verdict {
        let action = match &self.setting {
            Some(setting) => format!(
                "{action}; it is set at `{}`",
                setting.document.location(setting.node)
            ),
            None => action.to_owned(),
        };
        let mut proofs = self.proofs.into_iter();
        let Some(first) = proofs.next() else {
            return Ok(Outcome::Pass);
        };
        fail(
            Report::new(message, first, Remedy::edit(action))
                .since(self.since)
                .proof(proofs),
        )
    }
}
