//! From flags and file to what counts.

use ptctl_diagnosis::policy::{Policy, Selection, Suppression};

use crate::{baseline, cli::ReportArguments, error::CommandError};

/// The policy of a command that reports findings.
pub fn policy(args: &ReportArguments) -> Result<Policy, CommandError> {
    let selection = Selection {
        only: args.only.clone(),
        skip: args.skip.clone(),
    };
    if let Some(glob) = selection.without_effect() {
        return Err(CommandError::NamesNoCheck(glob.clone()));
    }
    let by_flag = args.suppress.iter().map(|rule| Suppression {
        rule: rule.clone(),
        origin: "`--suppress`".to_owned(),
        reason: None,
    });
    let baseline = match &args.baseline {
        Some(path) => Some(baseline::load(path)?),
        None => None,
    };
    Ok(Policy {
        fail_on: args.fail_on.map(Into::into).unwrap_or_default(),
        selection,
        suppressions: by_flag.chain(args.suppressed_by_file.clone()).collect(),
        baseline,
    })
}
