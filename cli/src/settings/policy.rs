//! From flags and file to what counts.

use ptctl_diagnosis::{
    glob::Glob,
    policy::{Policy, Rule, Selection, Suppression},
};

use crate::{
    baseline,
    cli::{ReportArguments, ServeArguments},
    error::CommandError,
};

/// The policy of a command that reports findings.
pub fn policy(args: &ReportArguments) -> Result<Policy, CommandError> {
    let baseline = match &args.baseline {
        Some(path) => Some(baseline::load(path)?),
        None => None,
    };
    Ok(Policy {
        fail_on: args.fail_on.map(Into::into).unwrap_or_default(),
        selection: selection(&args.only, &args.skip)?,
        suppressions: suppressions(&args.suppress, &args.suppressed_by_file),
        baseline,
    })
}

/// The policy of a server, which does not fail.
pub fn policy_of_server(args: &ServeArguments) -> Result<Policy, CommandError> {
    Ok(Policy {
        selection: selection(&args.only, &args.skip)?,
        suppressions: suppressions(&args.suppress, &args.suppressed_by_file),
        ..Policy::default()
    })
}

fn selection(only: &[Glob], skip: &[Glob]) -> Result<Selection, CommandError> {
    let selection = Selection {
        only: only.to_vec(),
        skip: skip.to_vec(),
    };
    if let Some(glob) = selection.without_effect() {
        return Err(CommandError::NamesNoCheck(glob.clone()));
    }
    Ok(selection)
}

fn suppressions(by_flag: &[Rule], by_file: &[Suppression]) -> Vec<Suppression> {
    let by_flag = by_flag.iter().map(|rule| Suppression {
        rule: rule.clone(),
        origin: "`--suppress`".to_owned(),
        reason: None,
    });
    by_flag.chain(by_file.iter().cloned()).collect()
}
