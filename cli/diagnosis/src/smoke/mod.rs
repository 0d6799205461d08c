//! Smoke checks: what `smoke.yml` asks for, and whether a trace, an answer, a log and the counters keep to it.
//!
//! Nothing is sent or awaited here; that is the business of whoever runs the checks.

mod answer;
mod expectation;
mod filled;
mod judge;
mod losses;
mod pattern;
mod plan;
mod read;
mod verdict;

pub use self::{
    answer::judge_answer,
    expectation::{
        Count, Expectation, Parent, SpanExpectation, SpanPattern, SpanStatus, StatusPattern,
        TimeRange, What,
    },
    filled::Filled,
    judge::{Awaited, judge_trace},
    losses::{Losses, losses, silent_collector, unread},
    pattern::Pattern,
    plan::{Check, Plan, RequestPlan, RunPlan, Trigger},
    read::{Problem, read},
    verdict::{Finality, Outcome, Verdict},
};
