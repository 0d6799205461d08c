//! Folding of export errors: lines that say the same thing become one group.

use jiff::Timestamp;
use ptctl_diagnosis::{
    export_errors::{ErrorKind, Loss, Outcome, Program, Signal, Verdict},
    snapshot::{ErrorGroup, LogLine},
};

/// The groups of one log while it is read.
#[derive(Debug, Default)]
pub(super) struct Errors {
    groups: Vec<ErrorGroup>,
    /// The last record that proved something; its later lines may still name the cause.
    open: Option<(Verdict, LogLine)>,
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
            && let Some((first, _)) = &mut self.open
        {
            if first.kind == ErrorKind::Unspecified {
                first.kind = verdict.kind;
            }
            return;
        }
        self.close(started_at);
        self.open = Some((verdict, line()));
    }

    /// The record that was open ended, because another began.
    pub(super) fn close(&mut self, started_at: Option<Timestamp>) {
        let Some((verdict, line)) = self.open.take() else {
            return;
        };
        match verdict.outcome {
            Outcome::Recovered => self.recovered(verdict.component.program, line.at),
            Outcome::Failed | Outcome::Misconfigured => self.fold(verdict, line, started_at),
        }
    }

    fn recovered(&mut self, program: Program, at: Option<Timestamp>) {
        for group in &mut self.groups {
            if group.component.program == program {
                group.recovered_at = at;
            }
        }
    }

    fn fold(&mut self, verdict: Verdict, line: LogLine, started_at: Option<Timestamp>) {
        let is_of_this_run = match (line.at, started_at) {
            (Some(at), Some(started)) => at >= started,
            (None, _) | (_, None) => true,
        };
        let known = self
            .groups
            .iter_mut()
            .find(|group| group.kind == verdict.kind && group.component == verdict.component);
        match known {
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
