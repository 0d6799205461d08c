//! A trace as it was at one moment, held against what is expected of it.

use std::{collections::BTreeMap, time::Duration};

use ptctl_diagnosis::{
    smoke::{Awaited, Check, Expectation, Finality, Outcome, judge_trace},
    trace::{Origin, Trace, TraceId},
};
use tokio::time::Instant;

use crate::clients::tempo::StoredTrace;

/// One trace at one moment.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) trace: Trace,
    /// What came of each expectation; `None` for one that is not about the trace.
    pub(super) outcomes: Vec<Option<(Outcome, Finality)>>,
    /// Whether a span names a parent that has not come, and that the request did not name.
    pub(super) lacks_parent: bool,
}

impl Look {
    /// Judges what Tempo has. `Err` where it has something, and nothing that can be read.
    pub(super) fn at(
        id: TraceId,
        stored: StoredTrace,
        check: &Check,
        awaited: Awaited,
    ) -> Result<Self, String> {
        let unreadable = stored.unreadable;
        let doubt = match (stored.partial, unreadable) {
            (Some(why), _) => Some(format!("there may be more spans: {why}")),
            (None, 0) => None,
            (None, 1) => Some("1 span of it has no id that can be read".to_owned()),
            (None, _) => Some(format!(
                "{unreadable} spans of it have no id that can be read"
            )),
        };
        let Some(trace) = Trace::new(id, stored.spans) else {
            return Err(doubt.unwrap_or_else(|| "Tempo has it without a span".to_owned()));
        };
        let judge = |one: &Expectation| {
            let (outcome, finality) = judge_trace(&one.what, &trace, awaited)?;
            let may_change = !outcome.is_held() || one.what.is_about_absence();
            Some(match &doubt {
                Some(why) if may_change && finality == Finality::Open => {
                    (Outcome::Unknown(why.clone()), finality)
                }
                Some(_) | None => (outcome, finality),
            })
        };
        let is_missing = |origin| match origin {
            Origin::Orphan(parent) => Some(parent) != awaited.parent,
            Origin::Unreadable => true,
            Origin::Root | Origin::Loop => false,
        };
        Ok(Self {
            outcomes: check.expect.iter().map(judge).collect(),
            lacks_parent: trace.tops().iter().any(|top| is_missing(top.origin)),
            trace,
        })
    }

    /// How much of what is expected does not hold.
    pub(super) fn unmet(&self) -> usize {
        let judged = self.outcomes.iter().flatten();
        judged.filter(|(outcome, _)| !outcome.is_held()).count()
    }

    /// Whether nothing that is still to come can make it good.
    pub(super) fn is_lost(&self) -> bool {
        let judged = self.outcomes.iter().flatten();
        let mut unmet = judged.filter(|(outcome, _)| !outcome.is_held());
        unmet.all(|(_, finality)| *finality == Finality::Final)
    }

    /// Replaces what another look might have judged otherwise: what is to be absent and was, and unless all that is to be
    /// there was there, also what was not.
    pub(super) fn doubt(&mut self, expect: &[Expectation], of: Doubtful, outcome: &Outcome) {
        for (one, judged) in expect.iter().zip(&mut self.outcomes) {
            let Some((known, finality)) = judged else {
                continue;
            };
            let is_doubtful = match of {
                Doubtful::Absence => one.what.is_about_absence(),
                Doubtful::AllThatIsOpen => {
                    *finality == Finality::Open && (!known.is_held() || one.what.is_about_absence())
                }
            };
            if is_doubtful {
                *known = outcome.clone();
            }
        }
    }
}

/// What of a look is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubtful {
    /// What is to be absent.
    Absence,
    /// Everything that more spans may change.
    AllThatIsOpen,
}

/// Since when each trace has not grown.
#[derive(Debug, Default)]
pub(super) struct Growth {
    traces: BTreeMap<TraceId, (usize, Instant)>,
}

impl Growth {
    /// Takes note of the traces that were seen at a moment. Of one that was not seen nobody knows whether it grew.
    pub(super) fn note(&mut self, looks: &[Look], now: Instant) {
        let before = std::mem::take(&mut self.traces);
        for look in looks {
            let (id, spans) = (look.trace.id(), look.trace.spans().len());
            let since = match before.get(&id) {
                Some((then, since)) if *then == spans => *since,
                Some(_) | None => now,
            };
            self.traces.insert(id, (spans, since));
        }
    }

    /// For how long a trace has been seen as it is now.
    pub(super) fn still_for(&self, look: &Look, now: Instant) -> Duration {
        let known = self.traces.get(&look.trace.id());
        known.map_or(Duration::ZERO, |(_, since)| now - *since)
    }
}
