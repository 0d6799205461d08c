//! One scenario being played: it makes the fault, has the doctor look, and holds the report against what was expected.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use crate::doctor::{Finding, Report, doctor};
use crate::failure::Failure;
use crate::lab::OwnDisk;
use crate::scenario::{Named, Scenario};
use crate::stack::Stack;
use crate::until::{Seen, until};

/// The check of the disk behind Tempo.
const DISK: &str = "PT0802";
/// Until when the doctor must find the healed stack clean.
const CLEAN_WITHIN: Duration = Duration::from_secs(30);

/// What a scenario has to show for the table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observation {
    /// The root cause that the doctor named first.
    pub(crate) first: Option<String>,
    /// Expected root causes that are none in the report.
    pub(crate) missed: Vec<String>,
    /// Root causes that were not expected.
    pub(crate) unrelated: Vec<String>,
    /// How long the doctor looked.
    pub(crate) look: Duration,
}

/// A scenario being played on a stack.
#[derive(Debug)]
pub(crate) struct Trial {
    /// The stack.
    pub(crate) stack: Rc<Stack>,
    /// When it began.
    pub(crate) began: Timestamp,
    /// What the doctor said; nothing until it was asked.
    pub(crate) observation: Option<Observation>,
    scenario: Scenario,
    folder: PathBuf,
}

impl Trial {
    /// A trial of `scenario` on a healthy stack.
    pub(crate) fn new(scenario: Scenario, stack: Rc<Stack>) -> Result<Self, Failure> {
        let folder = stack.folder.join(scenario.name);
        std::fs::create_dir_all(&folder).map_err(|source| Failure::File {
            action: "create",
            path: folder.display().to_string(),
            source,
        })?;
        Ok(Self {
            began: Timestamp::now(),
            observation: None,
            scenario,
            folder,
            stack,
        })
    }

    /// Has the doctor look once and holds its report against what the scenario expects.
    pub(crate) async fn judge(&mut self) -> Result<Report, Failure> {
        if self.stack.is_demo() {
            return Err(Failure::Shown);
        }
        let project = self.stack.project.clone();
        self.judge_with(Some(&project), &[]).await
    }

    /// The same with other arguments.
    pub(crate) async fn judge_with(
        &mut self,
        project: Option<&str>,
        more: &[&str],
    ) -> Result<Report, Failure> {
        let mut report = doctor(project, more, &self.folder, "judged.json").await?;
        self.forget_own_disk(&mut report);
        let expected = [self.scenario.causes(), self.scenario.also.to_vec()].concat();
        let is_expected = |finding: &Finding| expected.iter().any(|named| self.is(finding, *named));
        let unrelated = report
            .causes
            .iter()
            .filter(|cause| !is_expected(&cause.finding));
        let is_missed = |named: &Named| {
            let mut found = report.causes.iter();
            !found.any(|cause| self.is(&cause.finding, *named))
        };
        let causes = self.scenario.causes();
        self.observation = Some(Observation {
            missed: causes
                .iter()
                .filter(|named| is_missed(named))
                .map(Named::to_string)
                .collect(),
            first: report
                .causes
                .first()
                .map(|cause| self.shown(&cause.finding)),
            unrelated: unrelated.map(|cause| self.shown(&cause.finding)).collect(),
            look: report.took,
        });
        self.hold(&report)?;
        Ok(report)
    }

    /// A finding as the table shows it, whatever the project is called in this run.
    fn shown(&self, finding: &Finding) -> String {
        finding
            .to_string()
            .replace(&self.stack.project, "{project}")
    }

    fn hold(&self, report: &Report) -> Result<(), Failure> {
        let refused = |why: String| {
            Err(Failure::Diagnosis(format!(
                "{why}; the report: {}",
                report.outline()
            )))
        };
        let unrelated = self.observation.iter().flat_map(|seen| &seen.unrelated);
        if let Some(first) = unrelated.into_iter().next() {
            return refused(format!("`{first}` was not expected"));
        }
        let Some(cause) = self.scenario.cause else {
            return match report.exit_code {
                0 => Ok(()),
                code => refused(format!("a healthy stack ends with exit code {code}")),
            };
        };
        let causes = self.scenario.causes();
        match report.causes.first() {
            Some(first) if causes.iter().any(|named| self.is(&first.finding, *named)) => {}
            Some(first) => return refused(format!("`{}` stands first", first.finding)),
            None => return refused("nothing was found".to_owned()),
        }
        let mut missed = self.observation.iter().flat_map(|seen| &seen.missed);
        if let Some(missed) = missed.next() {
            return refused(format!("`{missed}` is no root cause"));
        }
        let under_the_cause = |symptom: &Named| {
            let under = report
                .causes
                .iter()
                .filter(|it| self.is(&it.finding, cause));
            under
                .flat_map(|it| &it.symptoms)
                .any(|finding| self.is(finding, *symptom))
        };
        if let Some(symptom) = self
            .scenario
            .symptoms
            .iter()
            .find(|it| !under_the_cause(it))
        {
            return refused(format!("`{symptom}` does not stand under the cause"));
        }
        match report.exit_code {
            code if code == report.due_exit_code() => Ok(()),
            code => refused(format!("findings end with exit code {code}")),
        }
    }

    /// On a machine whose own disk is nearly full the doctor rightly says so of every Tempo.
    fn forget_own_disk(&self, report: &mut Report) {
        let is_made = self.scenario.causes().iter().any(|it| it.code == DISK);
        if self.stack.lab.disk == OwnDisk::NearlyFull && !is_made {
            report.forget(DISK);
        }
    }

    fn is(&self, finding: &Finding, named: Named) -> bool {
        let subject = named.subject.replace("{project}", &self.stack.project);
        finding.code == named.code && finding.subject.name() == subject
    }

    /// Notes that the doctor rightly gave no report.
    pub(crate) fn refused(&mut self) {
        self.observation = Some(Observation::default());
    }

    /// Sends traffic through the services until their spans arrive, and waits until the doctor finds nothing.
    pub(crate) async fn heals(&self, services: &[&str]) -> Result<(), Failure> {
        for service in services {
            self.stack.until_traced(service).await?;
        }
        self.stays_clean().await
    }

    /// Waits until the doctor finds nothing.
    pub(crate) async fn stays_clean(&self) -> Result<(), Failure> {
        let project = self.stack.project.as_str();
        until("a clean report after healing", CLEAN_WITHIN, async || {
            let mut report = doctor(Some(project), &[], &self.folder, "healed.json").await?;
            self.forget_own_disk(&mut report);
            Ok(if report.exit_code == 0 && report.causes.is_empty() {
                Seen::Yes(())
            } else {
                Seen::NotYet(report.outline())
            })
        })
        .await
    }
}
