//! What a look came to, kept while others follow.

use super::super::{page::Tone, report::Report, summary::summary};
use crate::exit::Exit;

/// The verdict of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How a doctor that looks once would end.
    pub exit: Exit,
    pub(super) tone: Tone,
    pub(super) word: &'static str,
    pub(super) place: String,
    pub(super) counts: String,
    pub(super) project: Option<String>,
    pub(super) causes: usize,
    pub(super) findings: usize,
    pub(super) gaps: usize,
}

impl Verdict {
    /// The verdict of a report.
    pub fn of(report: &Report<'_>) -> Self {
        let summary = summary(report);
        let diagnosis = report.diagnosis;
        Self {
            exit: report.exit,
            tone: summary.tone,
            word: summary.word,
            place: summary.place,
            counts: summary.counts,
            project: report.snapshot.stack.project.clone(),
            causes: diagnosis.causes.len(),
            findings: diagnosis.findings().count(),
            gaps: diagnosis.gaps.len(),
        }
    }

    /// The project that was looked at.
    pub fn project(&self) -> Option<&str> {
        self.project.as_deref()
    }

    /// Whether it says the same as another, whatever the numbers of findings.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.word, self.exit, &self.place) == (other.word, other.exit, &other.place)
    }
}
