//! A plan of steps and what became of it, for people and for programs.

use std::time::Duration;

use ptctl_diagnosis::{commands, snapshot::Role};
use serde::Serialize;

use super::{
    canary::{CanaryLine, canaries},
    page::{Page, Tone},
};
use crate::{
    clients::deadline::spoken,
    fix::Patch,
    restart::{Account, Action, Change, Done, LeftAlone, Plan, Step, Stop, Window},
};

/// The version of the document's shape; it grows when a reader of the old shape would misread the new one.
const VERSION: u32 = 1;

/// A plan and its account, for a program.
#[derive(Debug, Serialize)]
pub struct RestartDocument<'a> {
    schema_version: u32,
    exit_code: u8,
    outcome: crate::restart::Outcome,
    steps: Vec<StepDocument<'a>>,
    left_alone: &'a [LeftAlone],
    order_unknown: Option<&'a str>,
    fallen: &'a [crate::restart::Fallen],
    still_found: Option<&'a [String]>,
    unproved: &'a [String],
    window: Option<&'a Window>,
    spans_lost: Option<u64>,
    canaries: &'a [CanaryLine<'a>],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    patches: &'a [Patch],
}

#[derive(Debug, Serialize)]
struct StepDocument<'a> {
    #[serde(flatten)]
    step: &'a Step,
    recreate_command: Option<String>,
    done: &'a Done,
}

impl<'a> RestartDocument<'a> {
    /// The document of a plan, of what became of it, and of the canaries flown afterwards.
    pub fn new(
        plan: &'a Plan,
        account: &'a Account,
        canaries: &'a [CanaryLine<'a>],
        exit_code: u8,
    ) -> Self {
        Self {
            schema_version: VERSION,
            exit_code,
            outcome: account.outcome,
            steps: plan
                .steps
                .iter()
                .zip(&account.steps)
                .map(|(step, done)| StepDocument {
                    step,
                    recreate_command: step.recreate.as_deref().map(commands::shown),
                    done,
                })
                .collect(),
            left_alone: &plan.left_alone,
            order_unknown: plan.order_unknown.as_deref(),
            fallen: &account.fallen,
            still_found: account.still_found.as_deref(),
            unproved: &account.unproved,
            window: account.window.as_ref(),
            spans_lost: account.window.as_ref().map(Window::lost),
            canaries,
            patches: &[],
        }
    }

    /// The same with patches for files that a person is to apply.
    #[must_use]
    pub fn with_patches(mut self, patches: &'a [Patch]) -> Self {
        self.patches = patches;
        self
    }
}

/// Writes down a plan with its reasons.
pub fn plan(page: &mut Page, plan: &Plan) {
    if let Some(why) = &plan.order_unknown {
        let text =
            format!("nobody knows which service needs which ({why}): they go by their names");
        page.entry("▲ ", Tone::Doubtful, &text);
    }
    for (number, step) in plan.steps.iter().enumerate() {
        let text = format!(
            "{} {} ({}): {}",
            step.action.word(),
            step.service,
            step.container_name,
            step.reason
        );
        page.entry(&format!("{}. ", number + 1), Tone::Strong, &text);
        if matches!(step.action, Action::Restart | Action::Recreate) && step.stop_grace.is_raised()
        {
            let text = format!(
                "may take {} to stop instead of its own {}, so that its last spans are sent",
                spoken(step.stop_grace.given),
                spoken(step.stop_grace.own)
            );
            page.entry("   ", Tone::Faint, &text);
        }
        not_applied(page, step);
    }
    for left in &plan.left_alone {
        let text = format!("{} {}", left.container_name, left.reason);
        page.entry("left alone: ", Tone::Faint, &text);
    }
}

fn not_applied(page: &mut Page, step: &Step) {
    let label = match step.action {
        Action::Recreate => "   to be applied: ",
        Action::Restart | Action::Start | Action::Unpause => "   not applied by this: ",
    };
    for change in &step.changes {
        page.entry(label, Tone::Doubtful, &shown(change));
    }
    if step.changes.is_empty() {
        return;
    }
    if let Some(words) = &step.recreate {
        let label = match step.action {
            Action::Recreate => "   by: ",
            Action::Restart | Action::Start | Action::Unpause => "   to apply it: ",
        };
        page.verbatim(label, Tone::Strong, &commands::shown(words));
    }
}

fn shown(change: &Change) -> String {
    match &change.location {
        Some(location) => format!(
            "{}: {} at {location}, {} in the container",
            change.field, change.written, change.running
        ),
        None => format!(
            "{}: {}, the container has {}",
            change.field, change.written, change.running
        ),
    }
}

/// Writes down what one step came to.
pub fn step_done(page: &mut Page, step: &Step, role: Role, done: &Done) {
    let (tone, text, ended) = match done {
        Done::NotBegun => return,
        Done::Ready { after, stop: ended } => (
            Tone::Good,
            format!("ready after {}", spoken(*after)),
            *ended,
        ),
        Done::NotReady {
            reason,
            stop: ended,
        } => (Tone::Bad, format!("not ready: {reason}"), *ended),
        Done::Failed { reason } => (Tone::Bad, format!("not done: {reason}"), Stop::Quiet),
    };
    let label = format!("{} {}  ", page.sign(tone), step.service);
    page.entry(&label, tone, &text);
    if ended == Stop::Killed {
        let grace = spoken(step.stop_grace.given);
        match role {
            Role::Tempo => page.entry(
                "  ",
                Tone::Faint,
                &format!(
                    "it did not stop within {grace} and was killed, as Tempo does that was asked for traces lately; it \
                     reads its write-ahead log when it starts, and nothing is lost"
                ),
            ),
            Role::Collector | Role::Service => page.entry(
                "  ▲ ",
                Tone::Doubtful,
                &format!("it did not stop within {grace} and was killed: what it had not sent is lost"),
            ),
            Role::Grafana | Role::Loki | Role::Prometheus => page.entry(
                "  ",
                Tone::Faint,
                &format!("it did not stop within {grace} and was killed"),
            ),
        }
    }
}

/// Writes down what was seen once the last step was done.
pub fn account(page: &mut Page, account: &Account, flown: &[CanaryLine<'_>]) {
    for fallen in &account.fallen {
        let label = format!("{} {}  ", page.sign(Tone::Bad), fallen.container_name);
        page.entry(
            &label,
            Tone::Bad,
            &format!("not ready any more: {}", fallen.reason),
        );
    }
    if let Some(still_found) = &account.still_found {
        page.blank();
        for finding in still_found {
            let label = format!("{} still found: ", page.sign(Tone::Bad));
            page.entry(&label, Tone::Bad, finding);
        }
        if still_found.is_empty() {
            let label = format!("{} ", page.sign(Tone::Good));
            page.entry(
                &label,
                Tone::Good,
                "what these steps were for is found no more",
            );
        }
    }
    if let Some(window) = &account.window {
        ledger(page, window);
    }
    for service in &account.unproved {
        let label = format!("{} {service}  ", page.sign(Tone::Bad));
        page.entry(&label, Tone::Bad, "no canary was written for it");
    }
    if !flown.is_empty() {
        page.blank();
        canaries(page, flown);
    }
}

fn ledger(page: &mut Page, window: &Window) {
    let length = window.until.duration_since(window.since).unsigned_abs();
    let served = &window.services;
    page.blank();
    let heading = format!("counted within {}:", whole_seconds(length));
    page.paragraph(Tone::Strong, &heading);
    if !window.counted.is_empty() {
        let mut text = format!(
            "{} answered, {} of them failed",
            served.requests, served.failed_requests
        );
        if !window.untold.is_empty() {
            let names: Vec<&str> = window.untold.iter().map(String::as_str).collect();
            text = format!("{text}; not told by {}", names.join(", "));
        }
        page.entry("  requests  ", Tone::Faint, &text);
        let text = format!(
            "{} made, {} sent, {} given up, {} dropped",
            counted(served.made, "span"),
            served.sent,
            served.failed,
            served.dropped
        );
        page.entry("  services  ", Tone::Faint, &text);
    }
    if window.lost_by_collectors > 0 {
        let text = format!("{} lost", counted(window.lost_by_collectors, "span"));
        page.entry("  collectors  ", Tone::Faint, &text);
    }
    let text = format!(
        "{} accepted, {} refused, {} discarded",
        counted(window.accepted, "span"),
        window.refused,
        window.discarded
    );
    page.entry("  backends  ", Tone::Faint, &text);
    // Where no service counts, nobody knows of what was lost before a backend.
    if window.counted.is_empty() {
        return;
    }
    let tone = if window.lost() == 0 {
        Tone::Good
    } else {
        Tone::Bad
    };
    let label = format!("{} ", page.sign(tone));
    let text = format!(
        "{} lost, as far as anybody counts: what a process counted between the last look at it and its end is in no \
         look",
        counted(window.lost(), "span")
    );
    page.entry(&label, tone, &text);
}

fn counted(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}

fn whole_seconds(length: Duration) -> String {
    spoken(Duration::from_secs(length.as_secs().max(1)))
}
