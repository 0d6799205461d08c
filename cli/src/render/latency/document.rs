//! What was measured, for programs.

use jiff::Timestamp;
use ptctl_diagnosis::trace::SpanKind;
use serde::Serialize;

use super::measured::{Counted, Latency, LatencyFrom};
use crate::{
    clients::tempo::SearchRange,
    render::{Sample, figures::FiguresDocument},
};

/// What was measured, for programs.
#[derive(Debug, Serialize)]
pub(crate) struct LatencyDocument<'l> {
    filter: &'l str,
    since: Timestamp,
    until: Timestamp,
    backends: Vec<BackendDocument<'l>>,
}

#[derive(Debug, Serialize)]
struct BackendDocument<'l> {
    tempo: &'l str,
    reached: &'l str,
    #[serde(flatten)]
    source: SourceDocument<'l>,
    notes: Vec<String>,
    /// Operations that are not listed, by `--limit`.
    left_out: usize,
    operations: Vec<OperationDocument<'l>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "source", rename_all = "snake_case")]
enum SourceDocument<'l> {
    /// Percentiles are estimates.
    TraceqlMetrics {
        #[serde(flatten)]
        range: SearchRange,
        spans: u64,
    },
    /// Percentiles are those of the sample.
    SampledTraces {
        #[serde(flatten)]
        sample: &'l Sample,
        /// Why there are no `TraceQL` metrics; `null` where none were asked for.
        because: Option<&'l str>,
    },
}

#[derive(Debug, Serialize)]
struct OperationDocument<'l> {
    service: Option<&'l str>,
    operation: &'l str,
    kind: SpanKind,
    #[serde(flatten)]
    figures: FiguresDocument,
}

impl Latency {
    /// What was measured, for programs.
    pub(crate) fn document(&self) -> LatencyDocument<'_> {
        LatencyDocument {
            filter: &self.filter,
            since: self.range.since,
            until: self.range.until,
            backends: self.from.iter().map(|from| self.backend(from)).collect(),
        }
    }

    fn backend<'l>(&self, from: &'l LatencyFrom) -> BackendDocument<'l> {
        let (shown, left_out) = from.shown(self.sort, self.limit);
        let seconds = from.counted.seconds();
        BackendDocument {
            tempo: &from.tempo,
            reached: &from.reached,
            source: match &from.counted {
                Counted::Metrics { range, .. } => SourceDocument::TraceqlMetrics {
                    range: *range,
                    spans: from.spans(),
                },
                Counted::Traces { sample, because } => SourceDocument::SampledTraces {
                    sample,
                    because: because.as_deref(),
                },
            },
            notes: from.notes(),
            left_out,
            operations: shown
                .into_iter()
                .map(|(operation, figures)| OperationDocument {
                    service: operation.service.as_deref(),
                    operation: &operation.name,
                    kind: operation.kind,
                    figures: FiguresDocument::of(figures, seconds),
                })
                .collect(),
        }
    }
}

impl LatencyFrom {
    /// What is to be known of the figures.
    pub(super) fn notes(&self) -> Vec<String> {
        match &self.counted {
            Counted::Metrics { partial, .. } => partial
                .iter()
                .map(|reason| format!("Tempo left operations out: {reason}"))
                .collect(),
            Counted::Traces { sample, .. } => sample.notes(),
        }
    }
}
