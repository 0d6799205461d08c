//! Several happenings as one entry, in words.

use jiff::SignedDuration;

use super::{Entry, Event, Happening, apart};
use crate::subject::Subject;

/// Subjects named in one entry; more are counted.
const NAMED: usize = 2;

/// The same happening to several subjects within this time is one entry.
const TOGETHER: SignedDuration = SignedDuration::from_mins(1);

/// The same happening to several subjects within a minute is one entry; to one subject again and again, one too.
pub(super) fn fold(events: Vec<Event>) -> Vec<Entry> {
    struct Folded {
        event: Event,
        subjects: Vec<Subject>,
        times: usize,
    }
    let mut folded: Vec<Folded> = Vec::new();
    for event in events {
        let same = folded.iter_mut().rev().find(|other| {
            let repeated = other.subjects.contains(&event.subject);
            other.event.happening == event.happening
                && other.event.words == event.words
                && (repeated || apart(other.event.at, event.at) <= TOGETHER)
        });
        match same {
            Some(other) => {
                if other.subjects.contains(&event.subject) {
                    other.times += 1;
                } else {
                    other.subjects.push(event.subject);
                }
                if matches!(event.happening, Happening::LastSpan | Happening::LastError) {
                    other.event.at = event.at;
                }
            }
            None => folded.push(Folded {
                subjects: vec![event.subject.clone()],
                event,
                times: 1,
            }),
        }
    }
    let mut entries: Vec<Entry> = folded
        .into_iter()
        // Of a restart loop its ends tell enough.
        .filter(|folded| folded.event.happening != Happening::Started || folded.times == 1)
        .map(|folded| {
            let times = match folded.times {
                1 => String::new(),
                times => format!(" ({times} times)"),
            };
            let words = in_words(&folded.event, &folded.subjects);
            Entry {
                at: folded.event.at,
                event: folded.event.happening,
                subjects: folded.subjects,
                what: format!("{words}{times}"),
            }
        })
        .collect();
    entries.sort_by_key(|entry| (entry.at, entry.event));
    entries
}

fn in_words(event: &Event, subjects: &[Subject]) -> String {
    let names = names(subjects);
    match event.happening {
        Happening::LastSpan | Happening::FirstError | Happening::LastError => {
            format!("{} of {names}", event.words)
        }
        Happening::Noted => match event.subject {
            Subject::Stack | Subject::Engine => event.words.clone(),
            _ => format!("{names}: {}", event.words),
        },
        Happening::ImageBuilt
        | Happening::Created
        | Happening::Started
        | Happening::Joined
        | Happening::Thawed
        | Happening::Signalled
        | Happening::Left
        | Happening::Paused
        | Happening::OomKilled
        | Happening::Exited
        | Happening::Unhealthy => format!("{names} {}", event.words),
    }
}

/// `scraper`, `controller and scraper`, `controller, scraper and 3 more`.
fn names(subjects: &[Subject]) -> String {
    let shown: Vec<&str> = subjects.iter().take(NAMED).map(Subject::name).collect();
    match (shown.as_slice(), subjects.len() - shown.len()) {
        ([one, other], 0) => format!("{one} and {other}"),
        (shown, 0) => shown.join(", "),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
