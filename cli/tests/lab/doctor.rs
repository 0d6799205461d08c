//! Running `ptctl doctor` and reading its report, as any program would.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use tokio::process::Command;

use crate::failure::Failure;
use crate::tool::finish;

/// A report of the doctor.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Report {
    /// The exit code that the report itself names.
    pub(crate) exit_code: i32,
    /// The root causes, the worst first.
    pub(crate) causes: Vec<Cause>,
    /// What could not be looked at and no cause explains.
    pub(crate) gaps: Vec<Gap>,
    passed: Vec<Passed>,
    ledger: Option<Ledger>,
    /// How long the look took.
    #[serde(skip)]
    pub(crate) took: Duration,
}

/// A root cause with what follows from it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Cause {
    /// The finding itself.
    #[serde(flatten)]
    pub(crate) finding: Finding,
    /// What follows from it.
    pub(crate) symptoms: Vec<Finding>,
}

/// A finding.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Finding {
    /// The check's code.
    pub(crate) code: String,
    /// What it is about.
    pub(crate) subject: Subject,
    /// How bad it is.
    severity: Severity,
    /// What it says.
    pub(crate) message: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Severity {
    Error,
    Warning,
    Info,
}

/// What a finding or a gap is about.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Subject {
    kind: String,
    name: Option<String>,
}

/// Something that could not be looked at.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Gap {
    probe: String,
    subject: Subject,
    reason: String,
}

/// What became of the spans, as far as anybody counts them.
#[derive(Debug, Clone, Deserialize)]
struct Ledger {
    counted: Vec<Subject>,
    losses: Vec<serde_json::Value>,
}

/// A check that found nothing wrong.
#[derive(Debug, Clone, Deserialize)]
struct Passed {
    subject: Subject,
}

impl Subject {
    /// Its bare name.
    pub(crate) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.kind)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.code, self.subject.name())
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} of {}: {}",
            self.probe,
            self.subject.name(),
            self.reason
        )
    }
}

impl Report {
    /// The exit code that its findings ask for.
    pub(crate) fn due_exit_code(&self) -> i32 {
        let counts = |finding: &Finding| finding.severity != Severity::Info;
        let any = |cause: &Cause| counts(&cause.finding) || cause.symptoms.iter().any(counts);
        i32::from(self.causes.iter().any(any))
    }

    /// Leaves out the causes with this code.
    pub(crate) fn forget(&mut self, code: &str) {
        let forgotten = self.due_exit_code();
        self.causes.retain(|cause| cause.finding.code != code);
        // What else the exit code tells stays.
        if self.exit_code == forgotten {
            self.exit_code = self.due_exit_code();
        }
    }

    /// That something was looked at and found in order, and not just left out.
    pub(crate) fn must_have_looked_at(&self, subject: &str) -> Result<(), Failure> {
        if self
            .passed
            .iter()
            .any(|passed| passed.subject.name() == subject)
        {
            return Ok(());
        }
        Err(Failure::Diagnosis(format!(
            "`{subject}` was not looked at; the report: {}",
            self.outline()
        )))
    }

    /// That a service counts its spans, and that none is lost between it and Tempo's disk.
    pub(crate) fn must_have_lost_nothing_of(&self, service: &str) -> Result<(), Failure> {
        let Some(ledger) = &self.ledger else {
            return Err(Failure::Diagnosis("nobody counts spans".to_owned()));
        };
        if !ledger.counted.iter().any(|it| it.name() == service) {
            return Err(Failure::Diagnosis(format!(
                "`{service}` does not count its spans"
            )));
        }
        if ledger.losses.is_empty() {
            return Ok(());
        }
        Err(Failure::Diagnosis(format!(
            "spans are lost: {:?}",
            ledger.losses
        )))
    }

    /// That everything could be looked at.
    pub(crate) fn must_have_no_gaps(&self) -> Result<(), Failure> {
        if self.gaps.is_empty() {
            return Ok(());
        }
        Err(Failure::Diagnosis(format!(
            "not everything could be looked at; the report: {}",
            self.outline()
        )))
    }

    /// All of it in some lines, for a failure.
    pub(crate) fn outline(&self) -> String {
        let mut lines = vec![format!("exit code {}", self.exit_code)];
        for cause in &self.causes {
            lines.push(format!("{}: {}", cause.finding, cause.finding.message));
            let symptoms = cause.symptoms.iter();
            lines.extend(symptoms.map(|symptom| format!("  {symptom}: {}", symptom.message)));
        }
        lines.extend(self.gaps.iter().map(|gap| format!("gap: {gap}")));
        lines.join("\n      ")
    }
}

/// `ptctl` with these arguments, without any setting of the caller's, in a folder that is no project's.
pub(crate) fn ptctl(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptctl"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("PTCTL_") || name.starts_with("COMPOSE_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).current_dir(folder);
    command
}

/// `ptctl doctor` on a project, with further arguments; what it saw is kept as `snapshot` in `folder`.
pub(crate) async fn doctor(
    project: Option<&str>,
    more: &[&str],
    folder: &Path,
    snapshot: &str,
) -> Result<Report, Failure> {
    let mut arguments = vec!["doctor", "--output", "json", "--save", snapshot];
    if let Some(project) = project {
        arguments.extend(["--project", project]);
    }
    arguments.extend(more);
    let started = std::time::Instant::now();
    let output = finish(ptctl(&arguments, folder)).await?;
    let took = started.elapsed();
    let no_report = |said: &[u8]| Failure::NoReport {
        status: output.status.to_string(),
        said: String::from_utf8_lossy(said).trim().to_owned(),
    };
    let mut report: Report =
        serde_json::from_slice(&output.stdout).map_err(|_| no_report(&output.stderr))?;
    report.took = took;
    if output.status.code() != Some(report.exit_code) {
        return Err(no_report(
            format!("the report says exit code {}", report.exit_code).as_bytes(),
        ));
    }
    Ok(report)
}

/// What `ptctl doctor` says in a folder of no project, when it has to end with this exit code.
pub(crate) async fn refusal(exit_code: i32) -> Result<String, Failure> {
    let output = finish(ptctl(&["doctor"], Path::new("/"))).await?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.code() == Some(exit_code) {
        return Ok(said);
    }
    let status = output.status;
    Err(Failure::Diagnosis(format!(
        "`ptctl doctor` ended with {status} instead of {exit_code}: {said}"
    )))
}
