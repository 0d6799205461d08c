//! The findings of one look after the other.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::change::{Change, Event};
use crate::{
    code::Code,
    diagnosis::{Diagnosis, Reference},
    finding::{Finding, Severity},
    observed::{Gap, Probe},
    subject::Subject,
};

/// Resolved findings that are kept; older ones are forgotten.
const RESOLVED_KEPT: usize = 50;

/// What became of findings over looks. A finding is the same one as long as its check and its subject are.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    standing: BTreeMap<(Code, Subject), Standing>,
    resolved: VecDeque<Resolved>,
    lost: Option<Lost>,
}

/// A finding that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The finding as it was last seen.
    pub finding: Finding,
    /// The cause that explained it then; `None` of a cause.
    pub beneath: Option<Reference>,
    /// The first look that showed it.
    pub first_seen: Timestamp,
    /// The last look that showed it.
    pub last_seen: Timestamp,
    /// What the last look said of it.
    pub state: State,
}

/// What a look says of a finding that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was not there at the look before.
    New,
    /// It was.
    Persisting,
    /// Its check cannot look: it may stand or not.
    Unseen {
        /// The first look that could not tell.
        since: Timestamp,
    },
}

/// A finding that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The finding as it was last seen.
    pub finding: Finding,
    /// The first look that showed it.
    pub first_seen: Timestamp,
    /// The last look that showed it.
    pub last_seen: Timestamp,
    /// The first look that did not.
    pub at: Timestamp,
}

/// Why nothing can be looked at, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The first look that failed.
    pub since: Timestamp,
    /// Why the last one did.
    pub reason: String,
}

impl Watch {
    /// Takes in a look that began at `at`; what it changed, resolved findings last.
    pub fn look(&mut self, at: Timestamp, diagnosis: &Diagnosis) -> Vec<Change> {
        let mut events = Vec::new();
        if let Some(lost) = self.lost.take() {
            events.push(Event::Back { since: lost.since });
        }
        let mut before = std::mem::take(&mut self.standing);
        for (finding, beneath) in findings(diagnosis) {
            let key = (finding.code, finding.subject.clone());
            // Two findings of one check about one subject are one: the worse, which comes first.
            if self.standing.contains_key(&key) {
                continue;
            }
            let known = before.remove(&key);
            let standing = Standing {
                finding: finding.clone(),
                beneath,
                first_seen: known.as_ref().map_or(at, |known| known.first_seen),
                last_seen: at,
                state: match &known {
                    None => State::New,
                    Some(_) => State::Persisting,
                },
            };
            if known.is_none() {
                self.forget(finding);
            }
            events.extend(event(known.as_ref(), &standing));
            self.standing.insert(key, standing);
        }
        for (key, gone) in before {
            if is_unseen(diagnosis, &gone.finding) {
                let unseen = unseen(gone, at);
                if unseen.state == (State::Unseen { since: at }) {
                    events.push(Event::Unseen(unseen.clone()));
                }
                self.standing.insert(key, unseen);
            } else {
                events.push(Event::Resolved(self.resolve(gone, at)));
            }
        }
        events
            .into_iter()
            .map(|event| Change { at, event })
            .collect()
    }

    /// Takes in a look that began at `at` and showed nothing at all. What stood is neither confirmed nor resolved.
    pub fn fail(&mut self, at: Timestamp, reason: String) -> Option<Change> {
        match &mut self.lost {
            Some(lost) => {
                lost.reason = reason;
                None
            }
            None => {
                self.lost = Some(Lost {
                    since: at,
                    reason: reason.clone(),
                });
                Some(Change {
                    at,
                    event: Event::Lost { reason },
                })
            }
        }
    }

    /// What stands: the worst first, then by code and subject.
    pub fn standing(&self) -> Vec<&Standing> {
        let mut standing: Vec<&Standing> = self.standing.values().collect();
        standing.sort_by_key(|standing| std::cmp::Reverse(standing.finding.severity));
        standing
    }

    /// What stood and is gone, the latest first; findings that came back are left out.
    pub fn resolved(&self) -> impl Iterator<Item = &Resolved> {
        self.resolved.iter()
    }

    /// Why nothing can be looked at now; `None` where it can.
    pub fn lost(&self) -> Option<&Lost> {
        self.lost.as_ref()
    }

    fn resolve(&mut self, gone: Standing, at: Timestamp) -> Resolved {
        let resolved = Resolved {
            finding: gone.finding,
            first_seen: gone.first_seen,
            last_seen: gone.last_seen,
            at,
        };
        self.resolved.push_front(resolved.clone());
        self.resolved.truncate(RESOLVED_KEPT);
        resolved
    }

    fn forget(&mut self, finding: &Finding) {
        self.resolved.retain(|other| {
            other.finding.code != finding.code || other.finding.subject != finding.subject
        });
    }
}

/// Every finding with the cause that explains it, the worst first.
fn findings(diagnosis: &Diagnosis) -> Vec<(&Finding, Option<Reference>)> {
    let causes = diagnosis.causes.iter();
    let mut findings: Vec<_> = causes
        .flat_map(|cause| {
            let symptoms = cause.symptoms.iter();
            let beneath = symptoms.map(|symptom| (symptom, Some(Reference::to(&cause.finding))));
            std::iter::once((&cause.finding, None)).chain(beneath)
        })
        .collect();
    findings.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
    findings
}

fn event(known: Option<&Standing>, now: &Standing) -> Option<Event> {
    let Some(known) = known else {
        return Some(Event::New(now.clone()));
    };
    let before: Severity = known.finding.severity;
    match known.state {
        _ if before != now.finding.severity => Some(Event::Changed {
            standing: now.clone(),
            before,
        }),
        State::Unseen { since } => Some(Event::Seen {
            standing: now.clone(),
            since,
        }),
        State::New | State::Persisting => None,
    }
}

fn unseen(gone: Standing, at: Timestamp) -> Standing {
    let since = match gone.state {
        State::Unseen { since } => since,
        State::New | State::Persisting => at,
    };
    Standing {
        state: State::Unseen { since },
        ..gone
    }
}

/// Whether a finding that is not there may only not be seen: its check could not look at its subject or at everything, or
/// what is out of sight may hold its subject.
fn is_unseen(diagnosis: &Diagnosis, finding: &Finding) -> bool {
    let is_it = |code: Code, subject: &Subject| code == finding.code && *subject == finding.subject;
    let is_about = |subject: &Subject| {
        *subject == finding.subject || matches!(subject, Subject::Stack | Subject::Engine)
    };
    let mut passed = diagnosis.passed.iter();
    let has_passed = passed.any(|passed| is_it(passed.code, &passed.subject));
    let mut not_applicable = diagnosis.not_applicable.iter();
    let is_there = has_passed || not_applicable.any(|other| is_it(other.code, &other.subject));
    let may_hold = |gap: &Gap| {
        let is_of_it = is_about(&gap.subject) || gap.subject.name() == finding.subject.name();
        match gap.probe {
            // Such a gap has the container's own name, whatever its service is called.
            Probe::Engine | Probe::Containers => is_of_it || !is_there,
            // A service may have one for good: what passed in spite of it is well.
            probe => probe.is_essential() && is_of_it && !has_passed,
        }
    };
    let mut unchecked = diagnosis.unchecked.iter();
    unchecked.any(|unchecked| unchecked.code == finding.code && is_about(&unchecked.subject))
        || diagnosis.gaps.iter().any(may_hold)
}
