//! `ptctl checks` and `ptctl explain`: the catalogue for a person.

use ptctl_diagnosis::{
    catalogue::{self, CATALOGUE},
    check::Check,
    code::{AREAS, Area, Code},
    finding::Severity,
};
use serde::Serialize;

use super::page::{Page, Tone};

/// Writes the list of all checks by area, or of one area.
pub fn checks(page: &mut Page, only: Option<Area>) {
    let areas = AREAS
        .iter()
        .filter(|area| only.is_none_or(|only| only == **area))
        .filter(|area| checks_of(**area).next().is_some());
    for (number, area) in areas.enumerate() {
        if number > 0 {
            page.blank();
        }
        page.paragraph(Tone::Strong, area.title());
        for check in checks_of(*area) {
            page.entry(&format!("  {}  ", check.code), Tone::Faint, check.summary);
        }
    }
}

/// Writes the page of one check.
pub fn explain(page: &mut Page, check: &Check) {
    page.entry(&format!("{}  ", check.code), Tone::Strong, check.name);
    page.paragraph(
        Tone::Plain,
        &format!("{} ({})", check.summary, check.severity.word()),
    );
    page.blank();
    page.entry("why     ", Tone::Faint, check.why);
    for (number, cause) in check.causes.iter().enumerate() {
        page.entry(
            if number == 0 {
                "causes  - "
            } else {
                "        - "
            },
            Tone::Faint,
            cause,
        );
    }
    page.entry("remedy  ", Tone::Faint, check.remedy);
    page.entry("verify  ", Tone::Faint, check.verify);
    let mut related: Vec<_> = check.explained_by().map(|cause| cause.code).collect();
    let explained = CATALOGUE
        .iter()
        .filter(|other| other.explained_by().any(|cause| cause.code == check.code))
        .map(|other| other.code);
    related.extend(explained);
    page.entry("page    ", Tone::Faint, &check.code.page());
    for (number, code) in related.iter().enumerate() {
        let name = catalogue::by_code(*code).map_or("", |check| check.name);
        page.entry(
            if number == 0 { "related " } else { "        " },
            Tone::Faint,
            &format!("{code} {name}"),
        );
    }
}

/// A check for a program.
#[derive(Debug, Serialize)]
pub struct CheckDocument {
    code: Code,
    name: &'static str,
    area: Option<&'static str>,
    severity: Severity,
    summary: &'static str,
    why: &'static str,
    causes: &'static [&'static str],
    remedy: &'static str,
    verify: &'static str,
    explained_by: Vec<Code>,
    docs: String,
}

/// All checks, or those of one area, for a program.
pub fn check_documents(only: Option<Area>) -> Vec<CheckDocument> {
    CATALOGUE
        .iter()
        .filter(|check| only.is_none() || check.code.area() == only)
        .map(|check| CheckDocument {
            code: check.code,
            name: check.name,
            area: check.code.area().map(Area::folder),
            severity: check.severity,
            summary: check.summary,
            why: check.why,
            causes: check.causes,
            remedy: check.remedy,
            verify: check.verify,
            explained_by: check.explained_by().map(|cause| cause.code).collect(),
            docs: check.code.page(),
        })
        .collect()
}

fn checks_of(area: Area) -> impl Iterator<Item = &'static Check> {
    CATALOGUE
        .iter()
        .copied()
        .filter(move |check| check.code.area() == Some(area))
}
