//! Folding of export errors: lines that say the same thing become one group.

use jiff::Timestamp;
use ptctl_diagnosis::{
    export_errors::{ErrorKind, Loss, Outcome, Program, Signal, Verdict},
    snapshot::{ErrorGroup, LogLine},
};

/// Of one log so many groups name their receiver; what comes beyond is folded without it.
const RECEIVERS: usize = 32;

/// The groups of one log while it is read.
#[derive(Debug, Default)]
pub(super) struct Errors {
    groups: Vec<ErrorGroup>,
    /// The last record that proved something; its later lines may still name the cause.
    open: Option<Record>,
}

/// A record that proves something.
#[derive(Debug)]
struct Record {
    verdict: Verdict,
    /// The receiver that it names.
    endpoint: Option<String>,
    line: LogLine,
}

impl Errors {
    /// Whether the last record may have more lines.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Takes what a line proves.
    pub(super) fn add(
        &mut self,
        verdict: Verdict,
        endpoint: impl FnOnce() -> Option<String>,
        line: impl FnOnce() -> LogLine,
        started_at: Option<Timestamp>,
    ) {
        // A stack of services speaks of traces only; their metrics and logs may well go nowhere.
        let is_of_traces = match verdict.signal {
            Signal::Traces => true,
            Signal::Metrics | Signal::Logs => false,
            // A shipper that does not say ships logs.
            Signal::Unknown => verdict.component.program != Program::Shipper,
        };
        if !is_of_traces {
            return;
        }
        if verdict.continues
            && let Some(first) = &mut self.open
        {
            if first.verdict.kind == ErrorKind::Unspecified {
                first.verdict.kind = verdict.kind;
            }
            if first.endpoint.is_none() {
                first.endpoint = endpoint();
            }
            return;
        }
        self.close(started_at);
        self.open = Some(Record {
            verdict,
            endpoint: endpoint(),
            line: line(),
        });
    }

    /// The record that was open ended, because another began.
    pub(super) fn close(&mut self, started_at: Option<Timestamp>) {
        let Some(record) = self.open.take() else {
            return;
        };
        match record.verdict.outcome {
            Outcome::Recovered => self.recovered(&record),
            Outcome::Failed | Outcome::Misconfigured => self.fold(record, started_at),
        }
    }

    fn recovered(&mut self, record: &Record) {
        for group in &mut self.groups {
            let is_other = |named: &String| group.endpoint.as_ref().is_some_and(|own| own != named);
            if group.component.program == record.verdict.component.program
                && !record.endpoint.as_ref().is_some_and(is_other)
            {
                group.recovered_at = record.line.at;
            }
        }
    }

    fn fold(&mut self, record: Record, started_at: Option<Timestamp>) {
        let Record {
            verdict,
            endpoint,
            line,
        } = record;
        let is_same = |group: &ErrorGroup, endpoint: &Option<String>| {
            group.kind == verdict.kind
                && group.component == verdict.component
                && group.endpoint == *endpoint
        };
        let place = self
            .groups
            .iter()
            .position(|group| is_same(group, &endpoint));
        let receivers = self.groups.iter().filter(|group| group.endpoint.is_some());
        let (place, endpoint) = if place.is_none() && receivers.count() >= RECEIVERS {
            let unnamed = self.groups.iter().position(|group| is_same(group, &None));
            (unnamed, None)
        } else {
            (place, endpoint)
        };
        let is_of_this_run = match (line.at, started_at) {
            (Some(at), Some(started)) => at >= started,
            (None, _) | (_, None) => true,
        };
        match place.and_then(|place| self.groups.get_mut(place)) {
            Some(group) => {
                group.count += 1;
                group.since_start += u64::from(is_of_this_run);
                group.last_at = line.at.or(group.last_at);
                group.lost = worse(group.lost, verdict.lost);
                group.sample = line;
            }
            None => self.groups.push(ErrorGroup {
                kind: verdict.kind,
                component: verdict.component,
                endpoint,
                lost: verdict.lost,
                count: 1,
                first_at: line.at,
                last_at: line.at,
                since_start: u64::from(is_of_this_run),
                sample: line,
                recovered_at: None,
            }),
        }
    }

    /// The groups, by the time of their first line.
    pub(super) fn finish(mut self, started_at: Option<Timestamp>) -> Vec<ErrorGroup> {
        self.close(started_at);
        self.groups.sort_by_key(|group| group.first_at);
        self.groups
    }
}

/// What is known of both: one lost line is a loss.
fn worse(left: Loss, right: Loss) -> Loss {
    match (left, right) {
        (Loss::Yes, _) | (_, Loss::Yes) => Loss::Yes,
        (Loss::Unknown, _) | (_, Loss::Unknown) => Loss::Unknown,
        (Loss::No, Loss::No) => Loss::No,
    }
}
