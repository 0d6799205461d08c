//! The findings of an earlier look, from its JSON report or from the look itself.

use std::path::Path;

use ptctl_diagnosis::{
    diagnose,
    policy::{Baseline, Fingerprint, Policy},
};
use serde::{Deserialize, de::IgnoredAny};

use crate::{error::CommandError, render::REPORT_VERSION, saved};

/// What tells a report from a saved look.
#[derive(Deserialize)]
struct Kind {
    causes: Option<IgnoredAny>,
}

/// As much of a report as a baseline needs.
#[derive(Deserialize)]
struct EarlierReport {
    schema_version: u32,
    causes: Vec<EarlierCause>,
    #[serde(default)]
    suppressed: Vec<EarlierFinding>,
    #[serde(default)]
    known: Vec<EarlierFinding>,
}

#[derive(Deserialize)]
struct EarlierCause {
    fingerprint: Fingerprint,
    symptoms: Vec<EarlierFinding>,
}

#[derive(Deserialize)]
struct EarlierFinding {
    fingerprint: Fingerprint,
}

/// Reads a baseline.
pub(crate) fn load(path: &Path) -> Result<Baseline, CommandError> {
    let text = std::fs::read(path).map_err(|source| CommandError::Load {
        path: path.to_owned(),
        source,
    })?;
    let is_report = serde_json::from_slice::<Kind>(&text).is_ok_and(|kind| kind.causes.is_some());
    if !is_report {
        let snapshot = saved::load(path)?;
        return Ok(Baseline::of(&diagnose(&snapshot, &Policy::default())));
    }
    let report: EarlierReport =
        serde_json::from_slice(&text).map_err(|source| CommandError::NotABaseline {
            path: path.to_owned(),
            source,
        })?;
    if report.schema_version != REPORT_VERSION {
        return Err(CommandError::ReportVersion {
            path: path.to_owned(),
            found: report.schema_version,
            expected: REPORT_VERSION,
        });
    }
    let causes = report.causes.into_iter().flat_map(|cause| {
        let symptoms = cause
            .symptoms
            .into_iter()
            .map(|symptom| symptom.fingerprint);
        std::iter::once(cause.fingerprint).chain(symptoms)
    });
    let others = report.suppressed.into_iter().chain(report.known);
    Ok(causes
        .chain(others.map(|finding| finding.fingerprint))
        .collect())
}
