//! Which scenarios a change bears on, for daily work.
//!
//! A changed file of scenarios chooses all of them, a changed check those that expect its finding. Anything else (the
//! engine, the gathering, the lab itself) bears on every scenario and chooses none: for that there is the whole lab.

use std::path::Path;

use ptctl_diagnosis::catalogue::CATALOGUE;
use tokio::process::Command;

use crate::failure::Failure;
use crate::scenario::{Scenario, Stage};
use crate::tool::run;

/// Where the checks lie: `<area>/<name>.rs`.
const CHECKS: &str = "cli/diagnosis/src/checks/";
/// Where the scenarios lie.
const SCENARIOS: &str = "cli/tests/lab/scenarios/";

/// What differs from a commit.
#[derive(Debug)]
pub(crate) struct Changes {
    files: Vec<String>,
    codes: Vec<String>,
}

impl Changes {
    /// What differs from `commit` in the working tree, new files included.
    pub(crate) async fn since(repository: &Path, commit: &str) -> Result<Self, Failure> {
        let git = async |arguments: &[&str]| {
            let mut git = Command::new("git");
            git.args(arguments).current_dir(repository);
            run(git).await
        };
        let changed = git(&["diff", "--name-only", commit]).await?;
        let new = git(&["ls-files", "--others", "--exclude-standard"]).await?;
        let files: Vec<String> = changed
            .lines()
            .chain(new.lines())
            .map(str::to_owned)
            .collect();
        let is_changed = |name: &str| {
            let file = format!("/{}.rs", name.replace('-', "_"));
            files
                .iter()
                .any(|path| path.starts_with(CHECKS) && path.ends_with(&file))
        };
        let codes = CATALOGUE
            .iter()
            .filter(|check| is_changed(check.name))
            .map(|check| check.code.to_string())
            .collect();
        Ok(Self { files, codes })
    }

    /// Whether they bear on a scenario.
    pub(crate) fn bear_on(&self, stage: &Stage, scenario: &Scenario) -> bool {
        let is_its_file = |path: &String| {
            path.strip_prefix(SCENARIOS)
                .is_some_and(|name| stage.file.ends_with(&format!("/scenarios/{name}")))
        };
        let named = [scenario.causes(), scenario.symptoms.to_vec()].concat();
        self.files.iter().any(is_its_file)
            || named
                .iter()
                .any(|named| self.codes.iter().any(|code| code == named.code))
    }
}
