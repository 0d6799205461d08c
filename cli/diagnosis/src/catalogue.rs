//! Every check there is, in the order of their codes.

use std::sync::LazyLock;

use crate::{check::Check, checks, code::Code};

/// Every check, in the order of their codes.
pub static CATALOGUE: LazyLock<Vec<&'static Check>> = LazyLock::new(|| checks::ALL.concat());

/// Codes that were given up, with the version that last had them. They are never used again.
pub static RETIRED: &[(Code, &str)] = &[];

/// The check with this code.
pub fn by_code(code: Code) -> Option<&'static Check> {
    CATALOGUE.iter().copied().find(|check| check.code == code)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;
    use crate::{
        code::{AREAS, Area},
        diagnose, fixtures,
        policy::Policy,
    };

    #[test]
    fn codes_are_unique_ordered_and_in_an_area() {
        let codes: Vec<_> = CATALOGUE.iter().map(|check| check.code).collect();
        let unique: BTreeSet<_> = codes
            .iter()
            .copied()
            .chain(RETIRED.iter().map(|(code, _)| *code))
            .collect();
        assert_eq!(unique.len(), codes.len() + RETIRED.len());
        assert!(codes.is_sorted());
        assert!(codes.iter().all(|code| code.area().is_some()));
    }

    #[test]
    fn each_check_has_a_file_of_its_name_in_the_folder_of_its_area() {
        for check in CATALOGUE.iter() {
            let folder = check.code.area().unwrap().folder();
            let file = format!("src/checks/{folder}/{}.rs", check.name.replace('-', "_"));
            assert!(
                Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).exists(),
                "{file}"
            );
        }
    }

    #[test]
    fn every_file_of_a_check_is_in_the_catalogue() {
        let names: BTreeSet<_> = CATALOGUE
            .iter()
            .map(|check| check.name.replace('-', "_"))
            .collect();
        for area in AREAS {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("src/checks")
                .join(area.folder());
            let Ok(files) = std::fs::read_dir(&folder) else {
                continue;
            };
            for file in files {
                let path = file.unwrap().path();
                let text = std::fs::read_to_string(&path).unwrap();
                let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
                if text.contains("static CHECK: Check") {
                    assert!(names.contains(&stem), "{}", path.display());
                }
            }
        }
    }

    #[test]
    fn every_text_is_there_and_ends_as_it_should() {
        for check in CATALOGUE.iter() {
            assert!(!check.causes.is_empty(), "{}", check.code);
            assert!(!check.summary.ends_with('.'), "{}", check.code);
            for text in [check.why, check.remedy, check.verify]
                .iter()
                .chain(check.causes)
            {
                assert!(text.ends_with('.'), "{}: {text}", check.code);
            }
        }
    }

    #[test]
    fn the_graph_of_causes_names_known_checks_and_has_no_cycle() {
        fn visit(code: Code, path: &mut Vec<Code>, done: &mut BTreeSet<Code>) {
            assert!(!path.contains(&code), "a cycle: {path:?}");
            if !done.insert(code) {
                return;
            }
            path.push(code);
            let check = by_code(code).unwrap_or_else(|| panic!("{code} is no check"));
            for cause in check.explained_by() {
                visit(cause.code, path, done);
            }
            path.pop();
        }
        let mut done = BTreeSet::new();
        for check in CATALOGUE.iter() {
            visit(check.code, &mut Vec::new(), &mut done);
        }
    }

    #[test]
    fn nothing_is_wrong_with_a_healthy_stack() {
        let diagnosis = diagnose(&fixtures::healthy(), &Policy::default());
        assert_eq!(diagnosis.causes, []);
        assert_eq!(diagnosis.gaps, []);
    }

    #[test]
    fn every_check_names_the_root_cause_of_its_own_fixture() {
        let mut seen = BTreeSet::new();
        for fixture in fixtures::broken() {
            let diagnosis = diagnose(&fixture.snapshot, &Policy::default());
            let roots: Vec<_> = diagnosis
                .causes
                .iter()
                .map(|cause| cause.finding.code.to_string())
                .collect();
            assert_eq!(roots, [fixture.code], "{:#?}", diagnosis.causes);
            assert!(
                diagnosis
                    .findings()
                    .all(|finding| !finding.evidence.is_empty())
            );
            assert!(
                !diagnosis.is_blind(),
                "{}: {:?}",
                fixture.code,
                diagnosis.gaps
            );
            seen.insert(fixture.code.to_owned());
        }
        let missing: Vec<_> = CATALOGUE
            .iter()
            .filter(|check| !seen.contains(&check.code.to_string()))
            .collect();
        assert!(missing.is_empty(), "no fixture for {missing:?}");
    }

    #[test]
    fn who_sees_nothing_reports_nothing_as_healthy() {
        let snapshot = fixtures::blind();
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert!(diagnosis.is_blind());
        assert_eq!(diagnosis.causes, []);
        // The state of containers is known wherever there is a snapshot at all.
        let passed: Vec<_> = diagnosis
            .passed
            .iter()
            .filter(|passed| passed.code.area() != Some(Area::Stack))
            .collect();
        assert!(passed.is_empty(), "{passed:?}");
    }
}
