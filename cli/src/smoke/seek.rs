//! Asking for a trace until it is as it is expected, or the time is up.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    smoke::{Awaited, Check, Expectation, Finality, Outcome, judge_trace},
    trace::{Trace, TraceId},
};
use tokio::time::Instant;

use super::around::Around;
use crate::clients::{
    deadline::Deadline,
    http::HttpFault,
    tempo::{FoundTrace, SearchRange, StoredTrace},
};

/// The first and the longest pause between two looks for the trace.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// A question to Tempo that takes longer is asked again.
const QUESTION: Duration = Duration::from_secs(5);
/// So long the last look may take, whatever the deadline: a question that is cut short is no reason.
const LAST_LOOK: Duration = Duration::from_secs(1);
/// So many traces are searched for at most, and this far ahead of this machine's clock.
const FOUND: u32 = 100;
const AHEAD: SignedDuration = SignedDuration::from_secs(60);
/// So many runs are held against what is expected, the newest ones.
const RUNS: usize = 5;

/// What is looked for.
#[derive(Debug)]
pub(super) enum Sought<'a> {
    /// The trace of a request.
    Request { trace_id: TraceId, awaited: Awaited },
    /// Traces that a query finds, begun since a moment.
    Runs { query: &'a str, since: Timestamp },
}

/// A trace as Tempo has it.
#[derive(Debug)]
struct Seen {
    trace: Trace,
    /// Why Tempo left spans out, where it did.
    partial: Option<String>,
}

impl Seen {
    fn of(id: TraceId, stored: StoredTrace) -> Option<Self> {
        Some(Self {
            trace: Trace::new(id, stored.spans)?,
            partial: stored.partial,
        })
    }
}

/// What the last look that was answered saw.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) trace: Trace,
    /// What came of each expectation; `None` for one that is not about the trace.
    pub(super) outcomes: Vec<Option<(Outcome, Finality)>>,
}

/// How the search for a trace ended.
#[derive(Debug)]
pub(super) struct Found {
    /// Whether there is one.
    pub(super) arrival: Outcome,
    pub(super) look: Option<Look>,
    /// From the beginning until everything expected of the trace was seen.
    pub(super) after: Option<Duration>,
}

impl Sought<'_> {
    fn awaited(&self) -> Awaited {
        match self {
            Self::Request { awaited, .. } => *awaited,
            Self::Runs { .. } => Awaited { parent: None },
        }
    }

    /// The traces as they are now.
    async fn traces(&self, around: &Around, deadline: Deadline) -> Result<Vec<Seen>, HttpFault> {
        let ids = match self {
            Self::Request { trace_id, .. } => vec![*trace_id],
            Self::Runs { query, since } => {
                // Whoever is asked may have a clock that is ahead; the search itself takes whole seconds only.
                let until = Timestamp::now()
                    .checked_add(AHEAD)
                    .unwrap_or(Timestamp::MAX);
                let range = SearchRange {
                    since: *since,
                    until,
                };
                let found = around.search(query, range, FOUND, deadline).await?;
                let began = |trace: &FoundTrace| trace.started_at.is_some_and(|at| at >= *since);
                let recent = found.into_iter().filter(began).take(RUNS);
                recent.map(|trace| trace.id).collect()
            }
        };
        let mut seen = Vec::new();
        for id in ids {
            let stored = around.stored_trace(id, deadline).await?;
            seen.extend(stored.and_then(|stored| Seen::of(id, stored)));
        }
        Ok(seen)
    }
}

/// Looks until everything that is expected of the trace holds, or something cannot mend itself, or the time is up.
pub(super) async fn seek(
    sought: &Sought<'_>,
    check: &Check,
    around: &Around,
    deadline: Deadline,
) -> Found {
    let begun = Instant::now();
    let mut last: Option<Look> = None;
    let mut fault;
    let is_about_absence = check.expect.iter().any(|one| one.what.is_about_absence());
    let mut was_answered = false;
    let mut growth = Growth::new(begun);
    let mut after = None;
    let mut pause = PAUSES.0;
    loop {
        let limit = deadline.max(Deadline::after(LAST_LOOK)).capped(QUESTION);
        match sought.traces(around, limit).await {
            Ok(traces) => {
                was_answered = true;
                fault = None;
                let looks = traces
                    .into_iter()
                    .map(|seen| Look::at(seen, check, sought.awaited()));
                // A trace that was seen is not taken back by an answer that lacks it.
                if let Some(look) = looks.min_by_key(Look::unmet) {
                    growth.note(&look.trace);
                    last = Some(look);
                }
            }
            Err(refused) => fault = Some(refused.to_string()),
        }
        if let Some(look) = &last {
            if look.unmet() == 0 {
                let found = *after.get_or_insert_with(|| begun.elapsed());
                let is_settled = growth.still_for() >= duration(check.settle);
                if !is_about_absence || is_settled {
                    return Found::held(last, found);
                }
            } else {
                after = None;
                if look.is_lost() && growth.still_for() >= duration(check.settle) {
                    return Found {
                        arrival: Outcome::Held,
                        look: last,
                        after: None,
                    };
                }
            }
        }
        if deadline.has_passed() {
            break;
        }
        tokio::time::sleep(pause.min(deadline.left())).await;
        pause = (pause * 3 / 2).min(PAUSES.1);
    }
    let arrival = match (&last, fault, was_answered) {
        (Some(_), _, _) => Outcome::Held,
        (None, Some(fault), true) => Outcome::Late(format!(
            "no span of it until Tempo stopped answering: {fault}"
        )),
        (None, Some(fault), false) => {
            Outcome::Unknown(format!("Tempo could not be asked for it: {fault}"))
        }
        (None, None, _) => {
            let none = match sought {
                Sought::Request { .. } => "Tempo has no span of it".to_owned(),
                Sought::Runs { query, .. } => format!("Tempo finds none by `{query}`"),
            };
            match around.doors.closed.first() {
                None => Outcome::Late(none),
                Some((name, why)) => {
                    Outcome::Unknown(format!("{none}, and `{name}` could not be asked: {why}"))
                }
            }
        }
    };
    if let Some(look) = &mut last
        && look.unmet() == 0
    {
        look.doubt_absence(&check.expect, check.settle);
    }
    Found {
        arrival,
        look: last,
        after,
    }
}

impl Found {
    fn held(look: Option<Look>, after: Duration) -> Self {
        Self {
            arrival: Outcome::Held,
            look,
            after: Some(after),
        }
    }
}

impl Look {
    fn at(seen: Seen, check: &Check, awaited: Awaited) -> Self {
        let Seen { trace, partial } = seen;
        let judge = |one: &Expectation| {
            let (outcome, finality) = judge_trace(&one.what, &trace, awaited)?;
            let doubtful = !outcome.is_held() || one.what.is_about_absence();
            Some(match &partial {
                Some(why) if doubtful && finality == Finality::Open => (
                    Outcome::Unknown(format!("Tempo left spans out: {why}")),
                    finality,
                ),
                Some(_) | None => (outcome, finality),
            })
        };
        let outcomes = check.expect.iter().map(judge).collect();
        Self { trace, outcomes }
    }

    fn judged(&self) -> impl Iterator<Item = &(Outcome, Finality)> {
        self.outcomes.iter().flatten()
    }

    fn unmet(&self) -> usize {
        self.judged()
            .filter(|(outcome, _)| !outcome.is_held())
            .count()
    }

    /// Whether nothing that is still to come can make it good.
    fn is_lost(&self) -> bool {
        self.judged()
            .filter(|(outcome, _)| !outcome.is_held())
            .all(|(_, finality)| *finality == Finality::Final)
    }

    /// The time was up while the trace still grew: nobody knows whether what is absent stays absent.
    fn doubt_absence(&mut self, expect: &[Expectation], settle: SignedDuration) {
        for (one, judged) in expect.iter().zip(&mut self.outcomes) {
            if one.what.is_about_absence()
                && let Some((outcome, _)) = judged
            {
                let reason =
                    format!("the time was up before the trace had stayed as it is for {settle:#}");
                *outcome = Outcome::Late(reason);
            }
        }
    }
}

/// When a trace last grew.
#[derive(Debug)]
struct Growth {
    of: Option<(String, usize)>,
    at: Instant,
}

impl Growth {
    fn new(at: Instant) -> Self {
        Self { of: None, at }
    }

    fn note(&mut self, trace: &Trace) {
        let now = Some((trace.id().to_string(), trace.spans().len()));
        if self.of != now {
            self.of = now;
            self.at = Instant::now();
        }
    }

    fn still_for(&self) -> Duration {
        self.at.elapsed()
    }
}

/// A duration of a plan, which is never negative.
pub(super) fn duration(duration: SignedDuration) -> Duration {
    duration.unsigned_abs()
}
