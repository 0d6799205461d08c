//! What the exit code says.

use std::process::ExitCode;

use ptctl_diagnosis::{diagnosis::Diagnosis, policy::Policy};

/// How a command ended. The same in every output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above the threshold; the action succeeded.
    Ok,
    /// Findings at or above the threshold.
    Findings,
    /// Wrong usage, or a confirmation that could not be asked for.
    Usage,
    /// Could not look: no engine, no permission, no stack, or an essential fact is a gap.
    Blind,
    /// The deadline passed with a partial result, or an action did not reach health.
    Deadline,
    /// Interrupted from the keyboard.
    Interrupted,
    /// Asked to end by SIGTERM.
    Terminated,
}

/// Whether a look was ended by its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Everything was asked.
    Whole,
    /// The deadline passed first.
    CutByDeadline,
}

impl Exit {
    /// The number that a shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Blind => 3,
            Self::Deadline => 4,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The exit of a diagnosis: blind before late before findings.
    pub fn of(diagnosis: &Diagnosis, policy: &Policy, completeness: Completeness) -> Self {
        if diagnosis.is_blind() {
            Self::Blind
        } else if completeness == Completeness::CutByDeadline {
            Self::Deadline
        } else if policy.fail_on.is_reached_by(diagnosis) {
            Self::Findings
        } else {
            Self::Ok
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
