//! What every command does that reports findings: judge, write the result, tell GitHub Actions where one listens.

use std::{fs::OpenOptions, io::Write as _};

use ptctl_diagnosis::{
    diagnose,
    policy::{IGNORE_LABEL, Policy, unknown_in_labels},
    snapshot::Snapshot,
};

use crate::{
    cli::{Annotations, Detail, ReportArguments, ReportFormat},
    context::Environment,
    error::CommandError,
    exit::{Completeness, Exit},
    output::Output,
    render::{self, Report},
};

/// Diagnoses a snapshot by a policy, writes the report and says how the command is to end.
pub(super) fn answer(
    args: &ReportArguments,
    policy: &Policy,
    snapshot: &Snapshot,
    completeness: Completeness,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    note_unknown_labels(snapshot, output);
    let diagnosis = diagnose(snapshot, policy);
    let exit = exit(args, Exit::of(&diagnosis, policy, completeness));
    let environment = Environment::of_this_process().map_err(CommandError::Runtime)?;
    let root = root(&environment);
    let report = Report {
        snapshot,
        diagnosis: &diagnosis,
        policy,
        exit,
        detail: args.detail(),
        root: &root,
        settings: args.settings.as_deref(),
    };
    let text = render::report(args.format(), &report, output.page()).map_err(CommandError::Json)?;
    output.answer(&text)?;
    if environment.variable("GITHUB_ACTIONS") == Some("true")
        && args.annotations == Annotations::Auto
        && report.detail > Detail::Nothing
    {
        tell_github(args, &report, &environment, output)?;
    }
    Ok(exit)
}

/// How a command ends whose look ended so.
pub(super) fn exit(args: &ReportArguments, of_look: Exit) -> Exit {
    match (of_look, args.exit_zero) {
        (Exit::Findings, true) => Exit::Ok,
        (exit, _) => exit,
    }
}

/// Says which labels of containers mean nothing.
pub(super) fn note_unknown_labels(snapshot: &Snapshot, output: &mut Output) {
    for (container, text) in unknown_in_labels(snapshot) {
        output.note(&format!(
            "the label `{IGNORE_LABEL}` of `{container}` names no check: `{text}`"
        ));
    }
}

/// Annotations on stderr, so that stdout stays the result, and a table in the job's summary.
fn tell_github(
    args: &ReportArguments,
    report: &Report<'_>,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), CommandError> {
    let written =
        |format| render::report(format, report, output.plain_page()).map_err(CommandError::Json);
    let annotations = written(ReportFormat::Github)?;
    let summary = written(ReportFormat::Markdown)?;
    if args.format() != ReportFormat::Github {
        for line in annotations.lines() {
            output.note(line);
        }
    }
    let Some(path) = environment.variable("GITHUB_STEP_SUMMARY") else {
        return Ok(());
    };
    let appended = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(summary.as_bytes()));
    // The result stands on stdout already: without its copy the command has not failed.
    if let Err(error) = appended {
        output.note(&format!(
            "could not write the step summary to `{path}`: {error}"
        ));
    }
    Ok(())
}

/// The folder that paths are shown relative to: that of the repository on GitHub, else the working folder.
pub(super) fn root(environment: &Environment) -> String {
    match environment.variable("GITHUB_WORKSPACE") {
        Some(workspace) => workspace.to_owned(),
        None => environment.working_dir.to_string_lossy().into_owned(),
    }
}
