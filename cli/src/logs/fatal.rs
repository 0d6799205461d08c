//! The lines that say why a process could not go on.

use std::{collections::VecDeque, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};
use jiff::SignedDuration;
use ptctl_diagnosis::snapshot::LogLine;

use super::{run::Run, structured::Fields};

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

/// Texts of which every line holds one that says by itself why a process ended.
pub(super) const ANCHORS: [&[&str]; 2] = [&CERTAIN, &CRASHES];

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
    /// Whether a line may say so by itself: a look at its bytes that costs next to nothing.
    pub(super) fn may_tell(line: &[u8]) -> bool {
        static TEXTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(ANCHORS.into_iter().flatten())
                .ok()
        });
        TEXTS.as_ref().is_none_or(|texts| texts.is_match(line))
    }

    /// Whether the last line that said so may have more lines.
    pub(super) fn is_open(&self) -> bool {
        self.continues
    }

    /// Takes a line. `is_export_error` lines end no process, whatever their level.
    pub(super) fn add<'f>(
        &mut self,
        text: &str,
        fields: impl FnOnce() -> Option<&'f Fields>,
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
                && is_error(text, fields())
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
