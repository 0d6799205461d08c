//! The lines that say why a process could not go on.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::snapshot::LogLine;

use super::{reader::Run, structured::Fields};

/// So many lines are kept.
const KEPT: usize = 12;
/// An error so shortly before the end is taken for its reason.
const BEFORE_THE_END: SignedDuration = SignedDuration::from_secs(5);
/// A process that runs for so long has left its earlier ends behind.
const SETTLED: SignedDuration = SignedDuration::from_secs(60);

/// Texts after which a process ends by itself: Tempo's, Go's flags, the collector's, the kernel's.
const CERTAIN: [&str; 12] = [
    "failed parsing config",
    "msg=\"error running Tempo\"",
    "msg=\"module failed\"",
    "DEPRECATED: legacy overrides",
    "flag provided but not defined",
    "flag needs an argument",
    "exec format error",
    "failed to build pipelines",
    "cannot start pipelines",
    "failed to get config:",
    "invalid configuration:",
    "application run finished with error",
];

/// Texts that end a process unless somebody catches them.
const CRASHES: [&str; 7] = [
    "panic: ",
    "fatal error: ",
    "' panicked at ",
    "java.lang.OutOfMemoryError",
    "Exception in thread \"main\"",
    "Traceback (most recent call last):",
    "FATAL ERROR: ",
];

/// Said at every orderly end.
const ORDERLY: [&str; 3] = [
    "queue is stopped",
    "context canceled",
    "received SIGINT/SIGTERM",
];

/// The candidates of one log while it is read.
#[derive(Debug, Default)]
pub(super) struct Fatal {
    certain: VecDeque<LogLine>,
    /// The last errors, in case the process ends with them.
    errors: VecDeque<LogLine>,
    /// The last certain line may have more lines.
    continues: bool,
}

impl Fatal {
    /// Takes a line. `is_export_error` lines end no process, whatever their level.
    pub(super) fn add(
        &mut self,
        text: &str,
        fields: Option<&Fields>,
        is_export_error: bool,
        line: impl FnOnce() -> LogLine,
    ) {
        let says = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
        if says(&CERTAIN) {
            keep(&mut self.certain, line());
            self.continues = true;
            return;
        }
        let is_indented = text.starts_with([' ', '\t']) && !text.trim().is_empty();
        if self.continues && is_indented {
            keep(&mut self.certain, line());
            return;
        }
        self.continues = false;
        if says(&CRASHES)
            || !is_export_error
                && is_error(text, fields)
                && !ORDERLY.iter().any(|said| text.contains(said))
        {
            keep(&mut self.errors, line());
        }
    }

    /// What explains why the process does not run, or did not the last time.
    pub(super) fn finish(self, run: Run) -> Vec<LogLine> {
        let of_this_run = |line: &LogLine| match (line.at, run.started_at) {
            (Some(at), Some(started)) => at >= started,
            (None, _) | (_, None) => true,
        };
        let (current, previous): (Vec<_>, Vec<_>) = self.certain.into_iter().partition(of_this_run);
        if !current.is_empty() {
            return current;
        }
        let Some(ended) = run.ended_at.filter(|_| run.has_failed) else {
            return Vec::new();
        };
        // Between two starts of a restart policy the reason stands in the run before.
        let is_settled = run.runs_since(run.read_at).is_some_and(|age| age > SETTLED);
        if is_settled {
            return Vec::new();
        }
        if !previous.is_empty() {
            return previous;
        }
        let near = |line: &LogLine| {
            line.at
                .is_some_and(|at| at <= ended && ended.duration_since(at) <= BEFORE_THE_END)
        };
        self.errors.into_iter().filter(near).collect()
    }
}

fn keep(lines: &mut VecDeque<LogLine>, line: LogLine) {
    if lines.len() == KEPT {
        lines.pop_front();
    }
    lines.push_back(line);
}

fn is_error(text: &str, fields: Option<&Fields>) -> bool {
    const LEVELS: [&str; 8] = [
        "error", "err", "fatal", "panic", "critical", "crit", "emerg", "alert",
    ];
    match fields.and_then(Fields::level) {
        Some(level) => LEVELS.iter().any(|known| level.eq_ignore_ascii_case(known)),
        None => ["ERROR", "FATAL", "CRITICAL", "Error: ", "error: "]
            .iter()
            .any(|word| text.contains(word)),
    }
}

impl Run {
    /// How long the current run has lasted at a moment; `None` for a process that does not run.
    fn runs_since(self, now: Timestamp) -> Option<SignedDuration> {
        let started = self.started_at?;
        let runs = self.ended_at.is_none_or(|ended| ended < started);
        runs.then(|| now.duration_since(started))
    }
}
