//! One diagnosis in every format.

use std::path::Path;

use ptctl_diagnosis::{diagnosis::Diagnosis, policy::Policy, snapshot::Snapshot};

use super::{
    aside, doctor, github,
    json::{DoctorDocument, json},
    junit, markdown,
    page::Page,
    sarif, short,
};
use crate::{
    cli::{Detail, ReportFormat},
    exit::Exit,
};

/// Everything that a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What was seen.
    pub snapshot: &'a Snapshot,
    /// What is wrong.
    pub diagnosis: &'a Diagnosis,
    /// What counts.
    pub policy: &'a Policy,
    /// How the command is to end.
    pub exit: Exit,
    /// How much is shown to a person; programs get everything.
    pub detail: Detail,
    /// The folder that paths of files are shown relative to.
    pub root: &'a str,
    /// The `.ptctl.toml` that was read.
    pub settings: Option<&'a Path>,
}

impl Report<'_> {
    /// Whether there is anything that `-q` would show.
    fn has_problems(&self) -> bool {
        !self.diagnosis.causes.is_empty() || self.exit != Exit::Ok
    }

    /// A path below the root, relative to it; `None` for any other absolute path.
    pub(super) fn relative<'p>(&self, path: &'p str) -> Option<&'p str> {
        relative(self.root, path)
    }
}

/// A path below a root, relative to it; `None` for any other absolute path.
pub(super) fn relative<'p>(root: &str, path: &'p str) -> Option<&'p str> {
    if !path.starts_with('/') {
        return Some(path.trim_start_matches("./"));
    }
    path.strip_prefix(root.trim_end_matches('/'))?
        .strip_prefix('/')
}

/// Writes a report. Nothing but the format depends on the format.
pub fn report(
    format: ReportFormat,
    report: &Report<'_>,
    page: Page,
) -> Result<String, serde_json::Error> {
    if report.detail == Detail::Nothing {
        return Ok(String::new());
    }
    let silent = report.detail == Detail::Problems && !report.has_problems();
    Ok(match format {
        ReportFormat::Table | ReportFormat::Short | ReportFormat::Markdown if silent => {
            String::new()
        }
        ReportFormat::Table => table(report, page),
        ReportFormat::Short => short::short(report, page),
        ReportFormat::Markdown => markdown::markdown(report),
        ReportFormat::Json => json(&DoctorDocument::new(report))?,
        ReportFormat::Junit => junit::junit(report),
        ReportFormat::Sarif => json(&sarif::log(report))?,
        ReportFormat::Github => github::annotations(report),
    })
}

fn table(report: &Report<'_>, mut page: Page) -> String {
    match report.detail {
        Detail::Nothing | Detail::Problems => {
            doctor::problems(&mut page, report.snapshot, report.diagnosis);
        }
        Detail::Normal | Detail::Full | Detail::Everything => {
            doctor::doctor(&mut page, report.snapshot, report.diagnosis);
        }
    }
    aside::aside(&mut page, report);
    page.into_text()
}
