//! A server of names beside a stack, so that what a name comes to is asked of nobody outside.

use std::net::IpAddr;
use std::path::PathBuf;

use serde_json::json;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::standin;
use crate::trial::Trial;

/// Its service.
const NAMES: &str = "names";

/// How it answers every question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nobody has that name.
    NoSuchName,
    /// It could not ask on, as after a change of the machine's own.
    Failure,
}

/// One that runs in the trial's project.
#[derive(Debug)]
pub(crate) struct NameServer {
    program: PathBuf,
    answer: Answer,
    address: IpAddr,
}

impl NameServer {
    /// Starts one in the trial's project.
    pub(crate) async fn start(trial: &mut Trial, answer: Answer) -> Result<Self, Failure> {
        let program = trial.stack.lab.standin.clone();
        let change = trial
            .stack
            .reshape(|project| project.add(NAMES, service(&program, answer)));
        change.await?;
        let address = trial.stack.address(NAMES, 53).await?.ip();
        Ok(Self {
            program,
            answer,
            address,
        })
    }

    /// Keeps it in the project, and lets `asker` ask it instead of the machine's own.
    pub(crate) fn serve(&self, project: &mut Blueprint, asker: &str) {
        project.add(NAMES, service(&self.program, self.answer));
        project
            .service(asker)
            .insert("dns".to_owned(), json!([self.address]));
    }
}

fn service(program: &std::path::Path, answer: Answer) -> serde_json::Value {
    let words: &[&str] = match answer {
        Answer::NoSuchName => &["names"],
        Answer::Failure => &["names", "fail"],
    };
    standin::service(program, "docutag-demo-page:dev", words)
}
