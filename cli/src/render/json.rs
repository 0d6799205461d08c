//! The report for a program: one JSON document, whose shape `docs/schema/report.schema.json` promises.

use std::{borrow::Cow, path::Path as FilePath};

use jiff::Timestamp;
use ptctl_diagnosis::{
    catalogue,
    code::Code,
    diagnosis::{
        Diagnosis, Known, NotApplicable, Passed, Reference, RootCause, Suppressed, Unchecked,
    },
    engine::{Entry, Ledger, Look, Path},
    finding::Finding,
    observed::Gap,
    policy::Fingerprint,
    snapshot::{EngineFacts, StackFacts},
};
use serde::Serialize;

use super::report::Report;

/// The version of the document's shape; it grows when a reader of the old shape would misread the new one.
pub const REPORT_VERSION: u32 = 1;

/// The report.
#[derive(Debug, Serialize)]
pub(super) struct DoctorDocument<'a> {
    schema_version: u32,
    ptctl_version: &'a str,
    taken_at: Timestamp,
    timed_out: bool,
    exit_code: u8,
    settings: Option<Cow<'a, str>>,
    engine: &'a EngineFacts,
    stack: &'a StackFacts,
    causes: Vec<CauseDocument<'a>>,
    gaps: &'a [Gap],
    suppressed: Vec<SuppressedDocument<'a>>,
    known: Vec<KnownDocument<'a>>,
    passed: &'a [Passed],
    not_applicable: &'a [NotApplicable],
    unchecked: &'a [Unchecked],
    not_selected: &'a [Code],
    paths: &'a [Path],
    ledger: Option<&'a Ledger>,
    deciding_look: Option<&'a Look>,
}

/// A finding with what else is said about its check.
#[derive(Debug, Serialize)]
struct FindingDocument<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    check: &'static str,
    docs: String,
    fingerprint: Fingerprint,
}

#[derive(Debug, Serialize)]
struct CauseDocument<'a> {
    #[serde(flatten)]
    finding: FindingDocument<'a>,
    symptoms: Vec<FindingDocument<'a>>,
    blocked: &'a [Gap],
    timeline: &'a [Entry],
}

#[derive(Debug, Serialize)]
struct SuppressedDocument<'a> {
    #[serde(flatten)]
    finding: FindingDocument<'a>,
    beneath: Option<&'a Reference>,
    origin: &'a str,
    reason: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct KnownDocument<'a> {
    #[serde(flatten)]
    finding: FindingDocument<'a>,
    beneath: Option<&'a Reference>,
}

impl<'a> DoctorDocument<'a> {
    /// The document of a report.
    pub(super) fn new(report: &Report<'a>) -> Self {
        let Diagnosis {
            causes,
            gaps,
            passed,
            not_applicable,
            unchecked,
            paths,
            ledger,
            deciding_look,
            suppressed,
            known,
            not_selected,
        } = report.diagnosis;
        let snapshot = report.snapshot;
        Self {
            schema_version: REPORT_VERSION,
            ptctl_version: &snapshot.ptctl_version,
            taken_at: snapshot.taken_at,
            timed_out: snapshot.timed_out,
            exit_code: report.exit.code(),
            settings: report.settings.map(FilePath::to_string_lossy),
            engine: &snapshot.engine,
            stack: &snapshot.stack,
            causes: causes.iter().map(CauseDocument::new).collect(),
            gaps,
            suppressed: suppressed.iter().map(SuppressedDocument::new).collect(),
            known: known.iter().map(KnownDocument::new).collect(),
            passed,
            not_applicable,
            unchecked,
            not_selected,
            paths,
            ledger: ledger.as_ref(),
            deciding_look: deciding_look.as_ref(),
        }
    }
}

impl<'a> FindingDocument<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            finding,
            check: catalogue::by_code(finding.code).map_or("", |check| check.name),
            docs: finding.code.page(),
            fingerprint: Fingerprint::of(finding),
        }
    }
}

impl<'a> CauseDocument<'a> {
    fn new(cause: &'a RootCause) -> Self {
        Self {
            finding: FindingDocument::new(&cause.finding),
            symptoms: cause.symptoms.iter().map(FindingDocument::new).collect(),
            blocked: &cause.blocked,
            timeline: &cause.timeline,
        }
    }
}

impl<'a> SuppressedDocument<'a> {
    fn new(suppressed: &'a Suppressed) -> Self {
        Self {
            finding: FindingDocument::new(&suppressed.finding),
            beneath: suppressed.beneath.as_ref(),
            origin: &suppressed.origin,
            reason: suppressed.reason.as_deref(),
        }
    }
}

impl<'a> KnownDocument<'a> {
    fn new(known: &'a Known) -> Self {
        Self {
            finding: FindingDocument::new(&known.finding),
            beneath: known.beneath.as_ref(),
        }
    }
}

/// Any document as indented JSON with a line end.
pub fn json<T: Serialize>(document: &T) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}
