//! A plan on its way: where it ends before its last step, it says where it stands and how to go on.

use ptctl_diagnosis::commands;

use super::{
    carry_out::{Onwards, Orders},
    proof::Proof,
};
use crate::{
    output::Output,
    restart::{Recreation, Step},
};

/// A plan on its way. Where it ends before its last step, be it interrupted, it says where it stands and how to go on.
pub(super) struct Journey<'o, 'a> {
    pub(super) orders: &'o Orders<'a>,
    pub(super) output: &'o mut Output,
    pub(super) at: usize,
    pub(super) standing: Standing,
}

/// How far a plan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// A step is about to be taken.
    Before,
    /// It is being done.
    Underway,
    /// It was done, and its container is waited for.
    Awaited,
    /// It was done or could not be done, and did not reach health.
    Unwell,
    /// Every step reached health, and nobody has looked again.
    Unproved,
    /// Everything was done.
    There,
}

impl<'o, 'a> Journey<'o, 'a> {
    /// A plan of which nothing is done.
    pub(super) fn new(orders: &'o Orders<'a>, output: &'o mut Output) -> Self {
        Self {
            orders,
            output,
            at: 0,
            standing: Standing::Before,
        }
    }
}

impl Drop for Journey<'_, '_> {
    fn drop(&mut self) {
        let steps = &self.orders.plan.steps;
        let (done, rest) = steps.split_at(self.at);
        let mut said = Vec::new();
        if !done.is_empty() {
            said.push(format!("done: {}", names(done)));
        }
        let mut begun = 1;
        if let Some(step) = rest.first() {
            let step = format!("{} {}", step.action.word(), step.container_name);
            match self.standing {
                Standing::Before => begun = 0,
                Standing::Underway => said.push(format!(
                    "stopped within: {step}; it is seen to its end first, a second Ctrl-C leaves at once"
                )),
                Standing::Awaited => {
                    said.push(format!("stopped after: {step}, not yet seen to be ready"));
                }
                Standing::Unwell => {
                    said.push(format!("stopped at: {step}, which did not reach health"));
                }
                Standing::Unproved | Standing::There => {}
            }
        }
        let left = rest.get(begun..).unwrap_or_default();
        if !left.is_empty() {
            said.push(format!("not begun: {}", names(left)));
        }
        match self.standing {
            Standing::There => return,
            Standing::Unproved => {
                said.push("nobody has looked again; to do so: ptctl doctor".to_owned());
            }
            Standing::Before | Standing::Underway | Standing::Awaited | Standing::Unwell => {
                said.push(format!("to go on: {}", self.orders.to_go_on(rest)));
            }
        }
        for line in said {
            self.output.note(&line);
        }
    }
}

fn names(steps: &[Step]) -> String {
    let names: Vec<&str> = steps
        .iter()
        .map(|step| step.container_name.as_str())
        .collect();
    names.join(", ")
}

impl Orders<'_> {
    /// The command that goes on with the steps that are left, the one that it stopped at among them.
    fn to_go_on(&self, rest: &[Step]) -> String {
        let mut words = vec!["ptctl".to_owned()];
        let engine = &self.request.engine;
        for (option, value) in [("--host", &engine.host), ("--context", &engine.context)] {
            if let Some(value) = value {
                words.extend([option.to_owned(), value.clone()]);
            }
        }
        match self.onwards {
            Onwards::Restart(_) => words.push("restart".to_owned()),
            Onwards::Fix => words.extend(["doctor", "--fix"].map(str::to_owned)),
        }
        if let Some(project) = &self.before.stack.project {
            words.extend(["--project".to_owned(), project.clone()]);
        }
        if let Onwards::Restart(recreation) = self.onwards {
            if recreation == Recreation::WhereChanged {
                words.push("--recreate".to_owned());
            }
            if matches!(self.proof, Proof::Canary(_)) {
                words.push("--canary".to_owned());
            }
            words.extend(rest.iter().map(|step| step.container_name.clone()));
        }
        commands::shown(&words)
    }
}
