//! The doctor's report for a program: one JSON document.

use jiff::Timestamp;
use ptctl_diagnosis::{
    diagnosis::Diagnosis,
    snapshot::{EngineFacts, Snapshot, StackFacts},
};
use serde::Serialize;

use crate::exit::Exit;

/// The version of the document's shape; it grows when a reader of the old shape would misread the new one.
pub const REPORT_VERSION: u32 = 1;

/// The doctor's report.
#[derive(Debug, Serialize)]
pub struct DoctorDocument<'a> {
    schema_version: u32,
    ptctl_version: &'a str,
    taken_at: Timestamp,
    exit_code: u8,
    engine: &'a EngineFacts,
    stack: &'a StackFacts,
    #[serde(flatten)]
    diagnosis: &'a Diagnosis,
}

impl<'a> DoctorDocument<'a> {
    /// The report of one diagnosis.
    pub fn new(snapshot: &'a Snapshot, diagnosis: &'a Diagnosis, exit: Exit) -> Self {
        Self {
            schema_version: REPORT_VERSION,
            ptctl_version: &snapshot.ptctl_version,
            taken_at: snapshot.taken_at,
            exit_code: exit.code(),
            engine: &snapshot.engine,
            stack: &snapshot.stack,
            diagnosis,
        }
    }
}

/// Any document as indented JSON with a line end.
pub fn json<T: Serialize>(document: &T) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}
