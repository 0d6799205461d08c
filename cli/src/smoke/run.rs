//! One check from its trigger to its report.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use ptctl_diagnosis::smoke::{
    Awaited, Check, Filled, Losses, Outcome, RequestPlan, Trigger, Verdict, What, judge_answer,
    losses,
};
use tokio::time::Instant;

use super::{
    around::{Around, Reading},
    logs::carriers,
    report::{CheckReport, Conclusion},
    request::send,
    seek::{Found, Sought, duration, seek},
};
use crate::clients::deadline::Deadline;

/// Does one check of a file into which this was filled.
pub async fn run(check: &Check, filled: &Filled, around: &Around) -> CheckReport {
    let started = Instant::now();
    let mut run = Run {
        check,
        filled,
        around,
        outcomes: vec![None; check.expect.len()],
        report: empty(check),
    };
    let is_wanted = |one: &ptctl_diagnosis::smoke::Expectation| one.what == What::NoLosses;
    let before = if check.expect.iter().any(is_wanted) {
        Some(around.counters().await)
    } else {
        None
    };
    run.follow().await;
    if let Some(before) = before {
        run.count(before).await;
    }
    let mut report = run.report;
    report.took_ms = millis(started.elapsed());
    report.conclude();
    report.hide(filled);
    report
}

/// A check that is being done.
struct Run<'a> {
    check: &'a Check,
    filled: &'a Filled,
    around: &'a Around,
    /// What came of each expectation so far.
    outcomes: Vec<Option<Outcome>>,
    report: CheckReport,
}

impl Run<'_> {
    /// Brings the trace about and looks for it and for its id in logs.
    async fn follow(&mut self) {
        let mut begun = Timestamp::now();
        let (sought, what) = match &self.check.trigger {
            Trigger::Request(plan) => match self.send(plan).await {
                Some(sought) => (sought, "the trace is found"),
                None => return,
            },
            Trigger::Run(run) => {
                let since = begun
                    .checked_sub(run.since)
                    .unwrap_or(Timestamp::UNIX_EPOCH);
                begun = since;
                let query = &run.query;
                (Sought::Runs { query, since }, "a trace of a run is found")
            }
        };
        let deadline = Deadline::after(duration(self.check.within));
        let Found {
            arrival,
            look,
            after,
        } = seek(&sought, self.check, self.around, deadline).await;
        let is_there = arrival.is_held();
        self.verdict(&format!("{what} within {:#}", self.check.within), arrival);
        self.report.found_ms = after.map(millis);
        if let Some(look) = look {
            self.report.trace_id = Some(look.trace.id().to_string());
            for share in look.trace.services() {
                let name = share
                    .service
                    .unwrap_or_else(|| "unknown_service".to_owned());
                *self.report.services.entry(name).or_default() += share.spans;
            }
            for (known, judged) in self.outcomes.iter_mut().zip(look.outcomes) {
                if let Some((outcome, _)) = judged {
                    *known = Some(outcome);
                }
            }
        }
        self.read_logs(begun, deadline).await;
        self.close(if is_there { "" } else { "there is no trace" });
    }

    /// Sends the request; `None` where it is of no use to look for its trace.
    async fn send(&mut self, plan: &RequestPlan) -> Option<Sought<'static>> {
        let sent = send(plan, &self.check.expect, self.filled).await;
        self.report.trace_id = Some(sent.trace_id.to_string());
        self.report.requests = sent.requests;
        let answer = match sent.answer {
            Ok(answer) => answer,
            Err(reason) => {
                self.verdict("the request is answered", Outcome::Unknown(reason));
                self.close("there was no answer");
                return None;
            }
        };
        self.report.status = Some(answer.status);
        self.report.answered_ms = Some(millis(answer.took));
        let mut is_good = true;
        for (one, known) in self.check.expect.iter().zip(&mut self.outcomes) {
            *known = judge_answer(&one.what, answer.status, &answer.body, self.filled);
            is_good &= known.as_ref().is_none_or(Outcome::is_held);
        }
        if !is_good {
            self.close("the answer is another than the one that is expected");
            return None;
        }
        Some(Sought::Request {
            trace_id: sent.trace_id,
            awaited: Awaited {
                parent: Some(sent.parent),
            },
        })
    }

    async fn read_logs(&mut self, begun: Timestamp, deadline: Deadline) {
        let wanted: Vec<(usize, &str)> = self
            .check
            .expect
            .iter()
            .enumerate()
            .filter_map(|(number, one)| match &one.what {
                What::Log(name) => Some((number, name.as_str())),
                What::Status(_)
                | What::Body(_)
                | What::Service(_)
                | What::Edge { .. }
                | What::NoOrphans
                | What::NoErrors
                | What::Duration(_)
                | What::Span(_)
                | What::NoLosses => None,
            })
            .collect();
        let Some(trace_id) = self.report.trace_id.clone().filter(|_| !wanted.is_empty()) else {
            return;
        };
        let names: Vec<&str> = wanted.iter().map(|(_, name)| *name).collect();
        let found = carriers(&self.around.stack, &names, &trace_id, begun, deadline).await;
        for ((number, _), outcome) in wanted.iter().zip(found) {
            self.outcomes[*number] = Some(outcome);
        }
    }

    /// Compares everybody's counters with those from before.
    async fn count(&mut self, before: Result<Reading, String>) {
        let after = self.around.counters().await;
        let outcome = match (before, after) {
            (Ok(before), Ok(after)) => {
                match losses(&before.counters, &after.counters, &after.names) {
                    Losses::Some(lost) => Outcome::Failed(lost.join("; ")),
                    Losses::Untold(reason) => Outcome::Unknown(reason),
                    Losses::None { counted_by } => {
                        self.report.counted_by = counted_by;
                        after.silent.map_or(Outcome::Held, Outcome::Unknown)
                    }
                }
            }
            (Err(reason), _) | (_, Err(reason)) => {
                Outcome::Unknown(format!("the counters could not be read: {reason}"))
            }
        };
        for one in &self.check.expect {
            if one.what == What::NoLosses {
                self.report.expected.push(Verdict {
                    expected: one.what.to_string(),
                    place: one.place.clone(),
                    outcome: outcome.clone(),
                });
            }
        }
    }

    /// Adds what nobody wrote and everybody expects.
    fn verdict(&mut self, expected: &str, outcome: Outcome) {
        self.report.expected.push(Verdict {
            expected: expected.to_owned(),
            place: self.check.place.clone(),
            outcome,
        });
    }

    /// Adds what was expected, but for the counters; what was not looked at was skipped for this reason.
    fn close(&mut self, reason: &str) {
        let outcomes = std::mem::take(&mut self.outcomes);
        let (mut of_answer, mut others) = (Vec::new(), Vec::new());
        for (one, outcome) in self.check.expect.iter().zip(outcomes) {
            let verdict = Verdict {
                expected: one.what.to_string(),
                place: one.place.clone(),
                outcome: outcome.unwrap_or_else(|| Outcome::Skipped(reason.to_owned())),
            };
            match one.what {
                What::NoLosses => {}
                What::Status(_) | What::Body(_) => of_answer.push(verdict),
                What::Service(_)
                | What::Edge { .. }
                | What::NoOrphans
                | What::NoErrors
                | What::Duration(_)
                | What::Span(_)
                | What::Log(_) => others.push(verdict),
            }
        }
        of_answer.append(&mut self.report.expected);
        of_answer.append(&mut others);
        self.report.expected = of_answer;
    }
}

fn empty(check: &Check) -> CheckReport {
    CheckReport {
        name: check.name.clone(),
        place: check.place.clone(),
        conclusion: Conclusion::Passed,
        trace_id: None,
        requests: 0,
        status: None,
        answered_ms: None,
        found_ms: None,
        took_ms: 0,
        services: BTreeMap::new(),
        counted_by: Vec::new(),
        expected: Vec::new(),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
