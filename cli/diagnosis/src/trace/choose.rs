//! Which of the traces that a backend found are read for a sample.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::TraceId;

/// A trace that a search for one service found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: TraceId,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended, as far as the backend has it.
    pub ended_at: Option<Timestamp>,
    /// Service and name of its root; empty where that has not come.
    pub root: String,
}

/// A trace that ended within this may have spans on their way: a batch leaves its service after 5 s by default, each
/// collector waits as long again, and one that samples by whole traces waits for 30 s.
pub const SETTLED: SignedDuration = SignedDuration::from_secs(60);

/// So many of one service are read at most.
const OF_ONE_SERVICE: usize = 4;

/// At most so many of what was found for each service: of each service in turn, those that are settled first, then those
/// whose root no other one of that service has, then the newest. What ended before `since` tells how things were, and is
/// left out where a service has anything else.
pub fn choose(
    found: &[Vec<Candidate>],
    now: Timestamp,
    since: Option<Timestamp>,
    most: usize,
) -> Vec<TraceId> {
    let turns: Vec<Vec<TraceId>> = found.iter().map(|found| best(found, now, since)).collect();
    let mut seen = HashSet::new();
    (0..OF_ONE_SERVICE)
        .flat_map(|turn| turns.iter().filter_map(move |ids| ids.get(turn).copied()))
        .filter(|id| seen.insert(*id))
        .take(most)
        .collect()
}

fn best(found: &[Candidate], now: Timestamp, since: Option<Timestamp>) -> Vec<TraceId> {
    let is_past = |candidate: &&Candidate| {
        since.is_some_and(|since| candidate.ended_at.is_some_and(|at| at < since))
    };
    let (past, current): (Vec<&Candidate>, Vec<&Candidate>) = found.iter().partition(is_past);
    let mut newest = if current.is_empty() { past } else { current };
    newest.sort_by_key(|candidate| std::cmp::Reverse((candidate.started_at, candidate.id)));
    let is_fresh = |candidate: &Candidate| {
        let ended_at = candidate.ended_at;
        ended_at.is_none_or(|at| now.duration_since(at) < SETTLED)
    };
    let (fresh, settled): (Vec<&Candidate>, Vec<&Candidate>) = newest
        .into_iter()
        .partition(|candidate| is_fresh(candidate));
    let mut roots = HashSet::new();
    let (first, again): (Vec<&Candidate>, Vec<&Candidate>) = settled
        .into_iter()
        .partition(|candidate| roots.insert(&candidate.root));
    let mut seen = HashSet::new();
    first
        .into_iter()
        .chain(again)
        .chain(fresh)
        .map(|candidate| candidate.id)
        .filter(|id| seen.insert(*id))
        .take(OF_ONE_SERVICE)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{ago, now};

    fn candidate(id: u8, seconds_ago: i64, root: &str) -> Candidate {
        Candidate {
            id: TraceId::new([id; 16]).unwrap(),
            started_at: Some(ago(seconds_ago)),
            ended_at: Some(ago(seconds_ago)),
            root: root.to_owned(),
        }
    }

    fn chosen(found: &[Vec<Candidate>], most: usize) -> Vec<u8> {
        let chosen = choose(found, now(), Some(ago(1_000)), most);
        let first = |id: TraceId| u8::from_str_radix(&id.to_string()[..2], 16).unwrap();
        chosen.into_iter().map(first).collect()
    }

    #[test]
    fn settled_traces_of_different_roots_come_first_and_fresh_ones_last() {
        let found = vec![
            candidate(1, 2, "tick"),
            candidate(2, 70, "list"),
            candidate(3, 80, "list"),
            candidate(4, 90, "pay"),
            candidate(5, 100, ""),
        ];
        assert_eq!(chosen(&[found], 9), [2, 4, 5, 3]);
        assert_eq!(chosen(&[vec![candidate(1, 2, "tick")]], 9), [1]);
    }

    #[test]
    fn what_ended_before_the_last_start_is_read_where_there_is_nothing_else_only() {
        let found = vec![candidate(1, 2, "tick"), candidate(2, 70, "list")];
        let first = |found: &[Candidate]| best(found, now(), Some(ago(30)))[0];
        assert_eq!(best(&found, now(), Some(ago(30))).len(), 1);
        assert_eq!(first(&found), found[0].id);
        assert_eq!(first(&found[1..]), found[1].id);
    }

    #[test]
    fn every_service_has_its_turn_and_no_trace_is_read_twice() {
        let busy: Vec<Candidate> = (1..=50).map(|id| candidate(id, 100, "a")).collect();
        let quiet = vec![candidate(50, 100, "a"), candidate(99, 900, "b")];
        assert_eq!(chosen(&[busy, quiet], 4), [50, 49, 99, 48]);
    }
}
