//! What happened around a cause, oldest first: to its subject, to what follows from it, and on the way between.

mod fold;
mod rank;
mod sources;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::rank::{FIRST_ERROR_RANK, Whose, rank, rank_of};
use super::route::Routes;
use crate::{
    diagnosis::RootCause,
    finding::{Moment, Severity},
    subject::Subject,
    view::Stack,
};

/// Entries kept for each cause; the least telling ones go first.
const KEPT: usize = 6;
/// Two sources that tell of one happening differ by less than this.
const SAME_MOMENT: SignedDuration = SignedDuration::from_secs(2);
/// What started longer than this before the trouble has nothing to do with it: the cause's own subject,
const OWN_BACKGROUND: SignedDuration = SignedDuration::from_hours(1);
/// and any other.
const BACKGROUND: SignedDuration = SignedDuration::from_mins(5);
/// A container that started within this time of its creation, after what it depends on, only has its creation told.
const START_OF_CREATION: SignedDuration = SignedDuration::from_mins(5);

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What kind of thing.
    pub event: Happening,
    /// To whom.
    pub subjects: Vec<Subject>,
    /// In words, without backticks: `tempo OOM-killed`, `last span of scraper`.
    pub what: String,
}

/// The kinds of things that happen around a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// The image was built.
    ImageBuilt,
    /// The container was created.
    Created,
    /// It started.
    Started,
    /// It joined a network.
    Joined,
    /// It was thawed.
    Thawed,
    /// A signal was sent to it.
    Signalled,
    /// It left a network.
    Left,
    /// It was frozen.
    Paused,
    /// The kernel killed it for want of memory.
    OomKilled,
    /// It ended.
    Exited,
    /// Its health check failed.
    Unhealthy,
    /// The newest span of it that any backend has.
    LastSpan,
    /// Its first export error that still stands.
    FirstError,
    /// Its last export error.
    LastError,
    /// What the finding itself says that it stands since.
    Noted,
}

/// A happening before it is put into words.
#[derive(Debug, Clone)]
struct Event {
    at: Timestamp,
    happening: Happening,
    subject: Subject,
    words: String,
}

/// What matters to a cause, oldest first, at most six entries.
pub(super) fn timeline(cause: &RootCause, stack: &Stack<'_>, routes: &Routes) -> Vec<Entry> {
    let scope = Scope::of(cause, stack, routes);
    let mut events = sources::events(&scope, stack);
    events.extend(noted(cause, &events));
    events.sort_by(|one, other| {
        let key = |event: &Event| (event.at, event.happening, event.subject.clone());
        key(one).cmp(&key(other))
    });
    drop_first_starts(&mut events, cause);
    drop_background(&mut events, cause, &scope);
    let mut entries = fold::fold(events);
    keep_the_telling(&mut entries, cause);
    entries
}

/// The moment that a cause stands since where its own finding tells none: the earliest trouble of its timeline.
pub(super) fn since(cause: &RootCause) -> Option<Moment> {
    // What stops spans began with their end; what only may stop them, such as a disk that fills, began with neither.
    let stops_spans = cause.finding.severity == Severity::Error;
    let trouble = |entry: &&Entry| match entry.event {
        Happening::Left
        | Happening::Paused
        | Happening::OomKilled
        | Happening::Exited
        | Happening::Unhealthy => stops_spans,
        Happening::FirstError | Happening::LastSpan => true,
        Happening::ImageBuilt
        | Happening::Created
        | Happening::Started
        | Happening::Joined
        | Happening::Thawed
        | Happening::Signalled
        | Happening::LastError
        | Happening::Noted => false,
    };
    let entry = cause.timeline.iter().find(trouble)?;
    Some(Moment::new(entry.at, entry.what.clone()))
}

/// Whose happenings matter to a cause.
struct Scope {
    /// What the cause is about.
    root: Subject,
    /// What follows from it, and what stands on the way between.
    others: BTreeSet<Subject>,
    /// The services whose spans and errors tell when it began.
    senders: BTreeSet<Subject>,
}

impl Scope {
    fn of(cause: &RootCause, stack: &Stack<'_>, routes: &Routes) -> Self {
        let root = cause.finding.subject.clone();
        let mut others: BTreeSet<Subject> = cause
            .symptoms
            .iter()
            .map(|symptom| symptom.subject.clone())
            .chain(cause.finding.concerns.iter().cloned())
            .collect();
        let mut senders: BTreeSet<Subject> = others
            .iter()
            .chain([&root])
            .filter(|subject| matches!(subject, Subject::Service(_)))
            .cloned()
            .collect();
        // Whoever sends to a broken receiver has a last span, also where it logs nothing.
        if cause.finding.severity == Severity::Error {
            let services = stack.services.iter().map(|service| &service.subject);
            senders.extend(
                services
                    .filter(|service| routes.pass(service, &root))
                    .cloned(),
            );
        }
        let stations = senders.iter().flat_map(|sender| routes.of(sender));
        others.extend(stations.cloned());
        others.extend(senders.iter().cloned());
        others.remove(&root);
        Self {
            root,
            others,
            senders,
        }
    }
}

/// The finding's own moment, where no other source tells of it.
fn noted(cause: &RootCause, events: &[Event]) -> Option<Event> {
    let since = cause.finding.since.as_ref()?;
    let subject = &cause.finding.subject;
    let known = events
        .iter()
        .any(|event| apart(event.at, since.at) < SAME_MOMENT);
    (!known).then(|| Event {
        at: since.at,
        happening: Happening::Noted,
        subject: subject.clone(),
        words: since.what.replace('`', ""),
    })
}

fn apart(one: Timestamp, other: Timestamp) -> SignedDuration {
    one.duration_since(other).abs()
}

/// Leaves out the start that belongs to a creation, unless the finding itself counts from it.
fn drop_first_starts(events: &mut Vec<Event>, cause: &RootCause) {
    let created: Vec<(Subject, Timestamp)> = events
        .iter()
        .filter(|event| event.happening == Happening::Created)
        .map(|event| (event.subject.clone(), event.at))
        .collect();
    let since = cause.finding.since.as_ref().map(|since| since.at);
    events.retain(|event| {
        event.happening != Happening::Started
            || Some(event.at) == since
            || !created.iter().any(|(subject, at)| {
                *subject == event.subject && apart(event.at, *at) <= START_OF_CREATION
            })
    });
}

/// Leaves out starts from long before the trouble.
fn drop_background(events: &mut Vec<Event>, cause: &RootCause, scope: &Scope) {
    let trouble = events
        .iter()
        .filter(|event| rank(event, &scope.root) <= FIRST_ERROR_RANK)
        .map(|event| event.at)
        .chain(cause.finding.since.as_ref().map(|since| since.at))
        .min();
    let Some(trouble) = trouble else {
        return;
    };
    events.retain(|event| match event.happening {
        Happening::ImageBuilt | Happening::Created | Happening::Started | Happening::Joined => {
            let background = if event.subject == scope.root {
                OWN_BACKGROUND
            } else {
                BACKGROUND
            };
            trouble.duration_since(event.at) <= background
        }
        Happening::Thawed
        | Happening::Signalled
        | Happening::Left
        | Happening::Paused
        | Happening::OomKilled
        | Happening::Exited
        | Happening::Unhealthy
        | Happening::LastSpan
        | Happening::FirstError
        | Happening::LastError
        | Happening::Noted => true,
    });
}

/// Keeps the entries that tell most, in their order.
fn keep_the_telling(entries: &mut Vec<Entry>, cause: &RootCause) {
    while entries.len() > KEPT {
        let least = entries
            .iter()
            .enumerate()
            .max_by_key(|(index, entry)| {
                let whose = if entry.subjects.contains(&cause.finding.subject) {
                    Whose::Root
                } else {
                    Whose::Another
                };
                (rank_of(entry.event, whose), *index)
            })
            .map(|(index, _)| index);
        if let Some(least) = least {
            entries.remove(least);
        }
    }
}

#[cfg(test)]
mod tests;
