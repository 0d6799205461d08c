//! `ptctl checks` and `ptctl explain`: the catalogue for a person.

use ptctl_diagnosis::{
    catalogue::{self, CATALOGUE},
    check::Check,
    code::{AREAS, Area},
};

use super::page::{Page, Tone};

/// Writes the list of all checks by area.
pub fn checks(page: &mut Page) {
    let areas = AREAS
        .iter()
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
    for (number, code) in related.iter().enumerate() {
        let name = catalogue::by_code(*code).map_or("", |check| check.name);
        page.entry(
            if number == 0 { "related " } else { "        " },
            Tone::Faint,
            &format!("{code} {name}"),
        );
    }
}

fn checks_of(area: Area) -> impl Iterator<Item = &'static Check> {
    CATALOGUE
        .iter()
        .copied()
        .filter(move |check| check.code.area() == Some(area))
}
