//! Asking for a trace until it is as it is expected, or the time is up.

use std::{cmp::Reverse, time::Duration};

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    smoke::{Awaited, Check, Outcome},
    trace::TraceId,
};
use tokio::time::Instant;

use super::{
    around::Around,
    look::{Doubtful, Growth, Look},
};
use crate::clients::{
    deadline::Deadline,
    http::HttpFault,
    tempo::{FoundTrace, SearchRange},
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
/// So many runs are held against what is expected, the newest ones, and beside them as many that were once as expected.
const RUNS: usize = 5;
/// Tempo 3 finds by search what is half a minute old, and its parts of the work take a while.
const SEARCHABLE: SignedDuration = SignedDuration::from_secs(45);

/// What is looked for.
#[derive(Debug)]
pub(super) enum Sought<'a> {
    /// The trace of a request.
    Request { trace_id: TraceId, awaited: Awaited },
    /// Traces that a query finds, begun since a moment.
    Runs { query: &'a str, since: Timestamp },
}

/// What one turn of questions was answered.
#[derive(Debug, Default)]
struct Turn {
    looks: Vec<Look>,
    /// Why there may be more than was seen.
    doubt: Option<String>,
}

/// How the search for a trace ended.
#[derive(Debug)]
pub(super) struct Found {
    /// Whether there is one.
    pub(super) arrival: Outcome,
    /// The last look at it, or at the one that comes nearest.
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

    /// The traces as they are now; those that were once as expected are looked at whatever else there is.
    async fn turn(
        &self,
        check: &Check,
        around: &Around,
        kept: &[TraceId],
        deadline: Deadline,
    ) -> Result<Turn, HttpFault> {
        let mut turn = Turn::default();
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
                turn.doubt = found.doubt;
                let began = |trace: &FoundTrace| trace.started_at.is_some_and(|at| at >= *since);
                let recent = found.traces.into_iter().filter(began).take(RUNS);
                let recent = recent.map(|trace| trace.id).filter(|id| !kept.contains(id));
                kept.iter().copied().chain(recent).collect()
            }
        };
        for id in ids {
            let Some(stored) = around.stored_trace(id, deadline).await? else {
                continue;
            };
            match Look::at(id, stored, check, self.awaited()) {
                Ok(look) => turn.looks.push(look),
                Err(doubt) => turn.doubt = Some(doubt),
            }
        }
        Ok(turn)
    }

    /// What is said where there is no trace.
    fn none(&self, within: SignedDuration) -> String {
        match self {
            Self::Request { .. } => "Tempo has no span of it".to_owned(),
            Self::Runs { query, .. } if within < SEARCHABLE => format!(
                "Tempo finds none by `{query}`; a search of Tempo 3 finds none younger than 30 s, so that `within` has to be longer"
            ),
            Self::Runs { query, .. } => format!("Tempo finds none by `{query}`"),
        }
    }
}

/// What is known of a trace so far.
#[derive(Debug, Default)]
struct Knowledge {
    /// The last look at the trace that comes nearest.
    last: Option<Look>,
    /// Why the last turn did not see it; `None` where it did, and before it was ever seen.
    unseen: Option<String>,
    /// Why there may be more than was seen.
    doubt: Option<String>,
    growth: Growth,
    /// Traces that were as expected when they were seen last.
    kept: Vec<TraceId>,
    was_answered: bool,
    /// From the beginning until everything expected of the trace was seen.
    after: Option<Duration>,
}

/// Looks until everything that is expected of the trace holds, or something cannot mend itself, or the time is up.
///
/// Whether something holds is decided by what was seen in that very turn, and whether a trace still grows by what was
/// seen of it one turn after the other: while Tempo gives no answer, spans may be on their way.
pub(super) async fn seek(
    sought: &Sought<'_>,
    check: &Check,
    around: &Around,
    deadline: Deadline,
) -> Found {
    let begun = Instant::now();
    let settle = duration(check.settle);
    let is_about_absence = check.expect.iter().any(|one| one.what.is_about_absence());
    let mut known = Knowledge::default();
    let mut pause = PAUSES.0;
    loop {
        let limit = deadline.max(Deadline::after(LAST_LOOK)).capped(QUESTION);
        let turn = sought.turn(check, around, &known.kept, limit).await;
        let is_hopeless = turn.as_ref().is_err_and(is_refused_for_good);
        known.take(turn, begun);
        if known.unseen.is_none()
            && let Some(look) = &known.last
        {
            let is_still = known.growth.still_for(look, Instant::now()) >= settle;
            let is_met =
                look.unmet() == 0 && (!is_about_absence || (is_still && !look.lacks_parent));
            // Another run may yet be as expected.
            let is_lost = match sought {
                Sought::Request { .. } => look.unmet() > 0 && look.is_lost() && is_still,
                Sought::Runs { .. } => false,
            };
            if is_met || is_lost {
                break;
            }
        }
        if is_hopeless || deadline.has_passed() {
            known.doubt_what_is_open(check, settle);
            break;
        }
        tokio::time::sleep(pause.min(deadline.left())).await;
        pause = (pause * 3 / 2).min(PAUSES.1);
    }
    Found {
        arrival: known.arrival(sought, check, around),
        look: known.last,
        after: known.after,
    }
}

impl Knowledge {
    fn take(&mut self, turn: Result<Turn, HttpFault>, begun: Instant) {
        let now = Instant::now();
        let turn = match turn {
            Ok(turn) => turn,
            Err(fault) => {
                self.growth.note(&[], now);
                self.unseen = Some(fault.to_string());
                return;
            }
        };
        self.was_answered = true;
        self.doubt = turn.doubt;
        self.growth.note(&turn.looks, now);
        let fits = turn.looks.iter().filter(|look| look.unmet() == 0);
        self.kept = fits.map(|look| look.trace.id()).take(RUNS).collect();
        let growth = &self.growth;
        let nearest = turn
            .looks
            .into_iter()
            .min_by_key(|look| (look.unmet(), Reverse(growth.still_for(look, now))));
        self.unseen = match (&nearest, &self.last) {
            (None, Some(_)) => Some("Tempo had it, and has it no more".to_owned()),
            (Some(_), _) | (None, None) => None,
        };
        if let Some(look) = nearest {
            self.after = match (look.unmet(), self.after) {
                (0, known) => Some(known.unwrap_or_else(|| begun.elapsed())),
                _ => None,
            };
            self.last = Some(look);
        }
    }

    /// The time is up: nobody knows of a trace that was not seen any more, or that still grew.
    fn doubt_what_is_open(&mut self, check: &Check, settle: Duration) {
        let Some(look) = &mut self.last else {
            return;
        };
        if let Some(why) = &self.unseen {
            let outcome = Outcome::Unknown(why.clone());
            look.doubt(&check.expect, Doubtful::AllThatIsOpen, &outcome);
            self.after = None;
        } else if look.unmet() == 0 && self.growth.still_for(look, Instant::now()) < settle {
            let outcome = Outcome::Late(format!(
                "the time was up before the trace had stayed as it is for {:#}",
                check.settle
            ));
            look.doubt(&check.expect, Doubtful::Absence, &outcome);
        }
    }

    fn arrival(&self, sought: &Sought<'_>, check: &Check, around: &Around) -> Outcome {
        if self.last.is_some() {
            return Outcome::Held;
        }
        let closed = around.doors.closed.first();
        match (&self.unseen, &self.doubt, closed) {
            (Some(fault), _, _) if self.was_answered => Outcome::Late(format!(
                "no span of it until Tempo stopped answering: {fault}"
            )),
            (Some(fault), _, _) => {
                Outcome::Unknown(format!("Tempo could not be asked for it: {fault}"))
            }
            (None, Some(doubt), _) => Outcome::Unknown(doubt.clone()),
            (None, None, Some((name, why))) => Outcome::Unknown(format!(
                "{}, and `{name}` could not be asked: {why}",
                sought.none(check.within)
            )),
            (None, None, None) => Outcome::Late(sought.none(check.within)),
        }
    }
}

/// Whether a question will be answered alike whenever it is asked: it is not understood, or this program may not ask.
fn is_refused_for_good(fault: &HttpFault) -> bool {
    match fault {
        // Not found, too late, too many: another time it may be.
        HttpFault::Status { status, .. } => {
            (400..500).contains(status) && ![404, 408, 429].contains(status)
        }
        HttpFault::Connection(_) | HttpFault::NoAnswer(_) | HttpFault::Answer(_) => false,
    }
}

/// A duration of a plan, which is never negative.
pub(super) fn duration(duration: SignedDuration) -> Duration {
    duration.unsigned_abs()
}
