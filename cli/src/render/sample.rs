//! What a sample of traces stands for.

use ptctl_diagnosis::trace::Trace;
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
    /// Spans that do not say when they ran.
    untimed_spans: usize,
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
        let spans = || recent.traces.iter().flat_map(Trace::spans);
        Self {
            traces: recent.traces.len(),
            spans: spans().count(),
            untimed_spans: spans().filter(|span| !span.is_timed()).count(),
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
        let traces = match self.traces {
            0 => "no trace".to_owned(),
            1 if self.complete => "the only trace".to_owned(),
            1 => "one trace".to_owned(),
            traces if self.complete => format!("all {traces} traces"),
            traces if self.time.is_some() => format!("the newest {traces} traces"),
            // There may be newer ones, or some between them.
            traces => format!("{traces} traces"),
        };
        let spans = match self.spans {
            1 => "one span".to_owned(),
            spans => format!("{spans} spans"),
        };
        let time = self.time.map_or_else(String::new, |time| {
            format!(", {} to {}", second(time.since), second(time.until))
        });
        format!("{traces} in Tempo {tempo}: {spans}{time}")
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
        match self.untimed_spans {
            0 => {}
            1 => notes.push(
                "one of the spans does not say when it ran: no time is counted for it".to_owned(),
            ),
            spans => notes.push(format!(
                "{spans} of the spans do not say when they ran: no time is counted for them"
            )),
        }
        if self.traces > 0 && self.seconds().is_none() {
            notes.push(
                "how often something happens cannot be told from it, only how often it is in these traces".to_owned(),
            );
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(traces: usize, found: usize, time: Option<SearchRange>) -> Sample {
        let recent = RecentTraces {
            found,
            time,
            ..RecentTraces::default()
        };
        Sample {
            traces,
            spans: traces,
            ..Sample::of(&recent, 10)
        }
    }

    #[test]
    fn only_what_is_known_to_be_all_or_the_newest_is_called_so() {
        let time = SearchRange {
            since: "2026-11-22T08:00:00Z".parse().unwrap(),
            until: "2026-11-22T09:00:00Z".parse().unwrap(),
        };
        let from_eight = ", 2026-11-22 08:00:00 UTC to 2026-11-22 09:00:00 UTC";
        for (sample, said) in [
            (
                sample(3, 3, Some(time)),
                format!("all 3 traces in Tempo a: 3 spans{from_eight}"),
            ),
            (
                sample(1, 1, Some(time)),
                format!("the only trace in Tempo a: one span{from_eight}"),
            ),
            (
                sample(10, 10, Some(time)),
                format!("the newest 10 traces in Tempo a: 10 spans{from_eight}"),
            ),
            (
                sample(10, 10, None),
                "10 traces in Tempo a: 10 spans".to_owned(),
            ),
        ] {
            assert_eq!(sample.said("a"), said);
        }
        assert!(
            sample(10, 10, None)
                .notes()
                .iter()
                .any(|note| note.starts_with("how often"))
        );
        assert!(sample(3, 3, Some(time)).notes().is_empty());
    }
}
