//! Running the commands that change containers, and reading what they say came of it.

use serde_json::Value;

use crate::doctor::ptctl;
use crate::failure::Failure;
use crate::stack::Stack;
use crate::tool::finish;

/// What a command that changes containers came to.
#[derive(Debug)]
pub(crate) struct Applied {
    /// Its account.
    pub(crate) told: Value,
    /// What it said beside it.
    pub(crate) said: String,
}

/// Runs `ptctl` with these arguments on a stack, confirmed, which has to end with this exit code.
pub(crate) async fn apply(
    stack: &Stack,
    arguments: &[&str],
    exit_code: i32,
) -> Result<Applied, Failure> {
    let rest = ["--yes", "--project", &stack.project, "--output", "json"];
    let arguments = [arguments, &rest].concat();
    let output = finish(ptctl(&arguments, &stack.folder)).await?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.code() != Some(exit_code) {
        return Err(Failure::Diagnosis(format!(
            "`ptctl {}` ended with {} instead of {exit_code}: {said} {answer}",
            arguments.join(" "),
            output.status
        )));
    }
    let told = serde_json::from_str(&answer)
        .map_err(|error| Failure::Diagnosis(format!("its account is no JSON: {error}")))?;
    Ok(Applied { told, said })
}
