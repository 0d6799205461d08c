//! What a file of smoke checks asks for.

use jiff::SignedDuration;
use url::Url;

use super::{expectation::Expectation, filled::Filled};
use crate::finding::Location;

/// Everything that is to be done, in this order.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The checks.
    pub checks: Vec<Check>,
    /// What of the environment stands in them.
    pub filled: Filled,
}

/// One trace that is made or awaited, and what is expected of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its name, unique in its file.
    pub name: String,
    /// Where it is written; `None` for one of the command line.
    pub place: Option<Location>,
    /// What brings the trace about.
    pub trigger: Trigger,
    /// How long everything that is expected may take, from the answer on, or from the beginning of the wait.
    pub within: SignedDuration,
    /// For how long a trace may not grow before what is expected to be absent counts as absent.
    pub settle: SignedDuration,
    /// What is expected.
    pub expect: Vec<Expectation>,
}

impl Check {
    /// Why what is expected to be absent can never count as absent; `None` where it can, and where nothing is.
    pub fn unsettled(&self) -> Option<String> {
        let Self { settle, within, .. } = self;
        let mut expect = self.expect.iter();
        if !expect.any(|one| one.what.is_about_absence()) {
            None
        } else if settle.is_zero() {
            Some("what is to be absent is judged before anything else may arrive".to_owned())
        } else if settle >= within {
            Some(format!(
                "a trace cannot stay as it is for {settle:#} within {within:#}"
            ))
        } else {
            None
        }
    }
}

/// What brings a trace about.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// A request with a trace id of its own.
    Request(Box<RequestPlan>),
    /// Something that happens by itself, such as a scheduled run.
    Run(RunPlan),
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestPlan {
    /// Where it goes.
    pub url: Url,
    /// The method, in capitals.
    pub method: String,
    /// Its headers, beside `traceparent`.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Option<String>,
    /// How long the answer may take.
    pub timeout: SignedDuration,
    /// How often it is sent again where there is no answer or another than the one that is expected.
    pub retries: u32,
}

/// A run that is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPlan {
    /// What finds its traces, in `TraceQL`.
    pub query: String,
    /// How far before the beginning of the check it may have begun.
    pub since: SignedDuration,
}
