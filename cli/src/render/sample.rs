//! What a sample of traces stands for.

use serde::Serialize;

use super::time::second;
use crate::clients::tempo::{EndedBy, RecentTraces, SearchRange};

/// The traces that something was counted in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Sample {
    traces: usize,
    spans: usize,
    limit: u32,
    /// Whether there are no others of the time that was asked about.
    complete: bool,
    /// The time that they are all traces of, where that is known.
    #[serde(flatten)]
    time: Option<SearchRange>,
    /// Traces of which Tempo left spans out.
    partial_traces: usize,
    #[serde(skip)]
    found: usize,
    #[serde(skip)]
    ended: Option<EndedBy>,
    #[serde(skip)]
    unread: Option<String>,
}

impl Sample {
    /// These traces, of which no more than so many were asked for.
    pub(crate) fn of(recent: &RecentTraces, limit: u32) -> Self {
        let is_all = recent.ended.is_none() && recent.found < limit as usize;
        Self {
            traces: recent.traces.len(),
            spans: recent.traces.iter().map(|trace| trace.spans().len()).sum(),
            limit,
            complete: is_all && recent.time.is_some(),
            time: recent.time,
            partial_traces: recent.partial,
            found: recent.found,
            ended: recent.ended,
            unread: recent.unread.clone(),
        }
    }

    /// Whether it would be larger, had there been more time.
    pub(crate) fn is_late(&self) -> bool {
        self.ended == Some(EndedBy::Deadline)
    }

    /// The length of the time that it is all of, where that is known.
    pub(super) fn seconds(&self) -> Option<f64> {
        let seconds = self.time?.seconds();
        (seconds >= 1.0).then_some(seconds)
    }

    /// What it consists of, in Tempo `tempo`.
    pub(super) fn said(&self, tempo: &str) -> String {
        let traces = match (self.traces, self.complete) {
            (0, _) => "no trace".to_owned(),
            (1, true) => "the only trace".to_owned(),
            (1, false) => "one trace".to_owned(),
            (traces, true) => format!("all {traces} traces"),
            (traces, false) => format!("the newest {traces} traces"),
        };
        let time = self.time.map_or_else(String::new, |time| {
            format!(", {} to {}", second(time.since), second(time.until))
        });
        format!("{traces} in Tempo {tempo}: {} spans{time}", self.spans)
    }

    /// What keeps it from being the whole truth.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let Self { traces, found, .. } = self;
        match self.ended {
            Some(EndedBy::Deadline) => notes.push(format!(
                "{traces} of {found} traces were read before the time was up: `--timeout 60s` reads more"
            )),
            Some(EndedBy::Spans) => notes.push(format!(
                "{traces} of {found} traces were read: they have {} spans, which is enough",
                self.spans
            )),
            None if !self.complete && *found >= self.limit as usize => notes.push(format!(
                "there may be more traces of this time: `--traces {}` reads more, `--since` asks about a shorter time",
                self.limit.saturating_mul(5)
            )),
            None => {}
        }
        if let Some(reason) = &self.unread {
            notes.push(format!("traces are missing in it, one because of {reason}"));
        }
        if self.partial_traces > 0 {
            notes.push(format!(
                "Tempo left spans out of {} of the traces",
                self.partial_traces
            ));
        }
        if self.traces > 0 && self.seconds().is_none() {
            notes.push(
                "how often something happens cannot be told from it, only how often it is in these traces".to_owned(),
            );
        }
        notes
    }
}
