//! Which checks count: patterns for codes, areas and names.

use crate::{catalogue::CATALOGUE, check::Check, code::Code, diagnosis::RootCause, glob::Glob};

/// The checks that count. Every check runs, so that a finding still stands beneath the cause that explains it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only checks that one of these names; all when empty.
    pub only: Vec<Glob>,
    /// No check that one of these names.
    pub skip: Vec<Glob>,
}

impl Selection {
    /// Whether a check counts.
    pub fn includes(&self, check: &Check) -> bool {
        let named_by = |globs: &[Glob]| globs.iter().any(|glob| names(glob, check));
        (self.only.is_empty() || named_by(&self.only)) && !named_by(&self.skip)
    }

    /// The first pattern that names no check at all, which can only be a slip.
    pub fn without_effect(&self) -> Option<&Glob> {
        self.only
            .iter()
            .chain(&self.skip)
            .find(|glob| !CATALOGUE.iter().any(|check| names(glob, check)))
    }

    /// The checks that do not count.
    pub(crate) fn left_out(&self) -> Vec<Code> {
        CATALOGUE
            .iter()
            .filter(|check| !self.includes(check))
            .map(|check| check.code)
            .collect()
    }

    /// What is left of the causes: those that count themselves, and those that explain what counts.
    pub(super) fn choose(&self, causes: Vec<RootCause>) -> Vec<RootCause> {
        let left_out = self.left_out();
        let mut chosen = causes;
        for cause in &mut chosen {
            cause
                .symptoms
                .retain(|symptom| !left_out.contains(&symptom.code));
        }
        chosen.retain(|cause| {
            !left_out.contains(&cause.finding.code)
                || !cause.symptoms.is_empty()
                || !cause.blocked.is_empty()
        });
        chosen
    }
}

/// Whether a pattern names a check by its code or what its code begins with (`PT02`), its area, or its name.
fn names(glob: &Glob, check: &Check) -> bool {
    let code = check.code.to_string();
    let area = check.code.area().map(crate::code::Area::folder);
    glob.matches(&code)
        || glob.matches(&code[..code.len() - 2])
        || glob.matches(check.name)
        || area.is_some_and(|area| glob.matches(area) || glob.matches(&area.replace('_', "-")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalogue, diagnose, fixtures, policy::Policy};

    fn selection(only: &[&str], skip: &[&str]) -> Selection {
        let globs = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        Selection {
            only: globs(only),
            skip: globs(skip),
        }
    }

    fn includes(selection: &Selection, code: &str) -> bool {
        selection.includes(catalogue::by_code(code.parse().unwrap()).unwrap())
    }

    #[test]
    fn a_check_is_named_by_code_area_or_name() {
        for pattern in ["PT0302", "pt03*", "PT03", "configuration", "endpoint-*"] {
            assert!(includes(&selection(&[pattern], &[]), "PT0302"), "{pattern}");
            assert!(
                !includes(&selection(&[], &[pattern]), "PT0302"),
                "{pattern}"
            );
        }
        assert!(includes(&selection(&["export-errors"], &[]), "PT0503"));
        assert!(includes(&selection(&["export_errors"], &[]), "PT0503"));
        assert!(!includes(&selection(&["tempo"], &[]), "PT0302"));
        assert!(!includes(&selection(&["PT03*"], &["PT0302"]), "PT0302"));
    }

    #[test]
    fn a_pattern_that_names_no_check_is_told() {
        let slip = selection(&["PT03*"], &["tmepo"]);
        assert_eq!(slip.without_effect().unwrap().to_string(), "tmepo");
        assert_eq!(selection(&["PT03*"], &["tempo"]).without_effect(), None);
    }

    fn paused(selection: Selection) -> crate::diagnosis::Diagnosis {
        let paused = fixtures::broken()
            .into_iter()
            .find(|broken| broken.code == "PT0105")
            .unwrap();
        let policy = Policy {
            selection,
            ..Policy::default()
        };
        diagnose(&paused.snapshot, &policy)
    }

    #[test]
    fn a_cause_outside_the_selection_is_still_named_above_its_chosen_symptoms() {
        let diagnosis = paused(selection(&["export-errors"], &[]));
        let codes: Vec<String> = diagnosis
            .findings()
            .map(|finding| finding.code.to_string())
            .collect();
        assert_eq!(codes, ["PT0105", "PT0503", "PT0503"]);
    }

    #[test]
    fn what_is_skipped_neither_passes_nor_fails_and_is_counted() {
        let whole = paused(Selection::default());
        let diagnosis = paused(selection(&[], &["stack"]));
        assert_eq!(whole.not_selected, []);
        assert!(diagnosis.not_selected.contains(&"PT0105".parse().unwrap()));
        let stack = |code: &Code| code.area() == Some(crate::code::Area::Stack);
        assert!(!diagnosis.passed.iter().any(|passed| stack(&passed.code)));
        assert!(
            !diagnosis
                .not_applicable
                .iter()
                .any(|other| stack(&other.code))
        );
    }
}
