//! Calls of which one side has been seen: bounded in number, and given up after a while.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ids::TraceId;

/// What identifies a call: its trace and the span of the caller, zero where nobody called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct EdgeKey {
    pub(super) trace_id: TraceId,
    pub(super) caller: u64,
}

/// How two services are connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Connection {
    /// One calls the other.
    #[default]
    Direct,
    /// One sends messages that the other takes.
    Messaging,
    /// The other is a database.
    Database,
    /// The other sends no spans.
    VirtualNode,
}

impl Connection {
    /// The label value; empty for the usual one.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Direct => "",
            Self::Messaging => "messaging_system",
            Self::Database => "database",
            Self::VirtualNode => "virtual_node",
        }
    }
}

/// One side of a call.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) service: Arc<str>,
    pub(super) took: Duration,
}

/// A call from one service to another.
#[derive(Debug, Clone, Default)]
pub(super) struct Edge {
    pub(super) client: Option<Side>,
    pub(super) server: Option<Side>,
    pub(super) connection: Connection,
    pub(super) failed: bool,
    /// The other side as an attribute names it.
    pub(super) peer: Option<Box<str>>,
}

impl Edge {
    fn is_complete(&self) -> bool {
        self.client.is_some() && self.server.is_some()
    }
}

/// What became of a side that was entered.
#[derive(Debug)]
pub(super) enum Entered {
    /// Nothing was known of the call; it waits.
    New,
    /// Nothing was known of the call, and nothing is missing.
    Whole(Edge),
    /// The call was known, and nothing is missing any more.
    Paired(Edge),
    /// The same side came again.
    Again,
    /// As many calls wait as may.
    Full,
}

/// The calls that wait for their other side.
#[derive(Debug)]
pub(super) struct WaitingEdges {
    wait: Duration,
    max_items: usize,
    waiting: HashMap<EdgeKey, (u64, Edge)>,
    /// When each is given up, oldest first; also of some that wait no more.
    order: VecDeque<(Instant, u64, EdgeKey)>,
    next: u64,
}

impl WaitingEdges {
    pub(super) fn new(wait: Duration, max_items: usize) -> Self {
        Self {
            wait,
            max_items,
            waiting: HashMap::new(),
            order: VecDeque::new(),
            next: 0,
        }
    }

    /// Enters what `update` knows of a call.
    pub(super) fn enter(
        &mut self,
        key: EdgeKey,
        now: Instant,
        update: impl FnOnce(&mut Edge),
    ) -> Entered {
        let is_full = self.waiting.len() >= self.max_items;
        match self.waiting.entry(key) {
            Entry::Occupied(mut known) => {
                let edge = &mut known.get_mut().1;
                update(edge);
                if edge.is_complete() {
                    return Entered::Paired(known.remove().1);
                }
                Entered::Again
            }
            Entry::Vacant(place) => {
                let mut edge = Edge::default();
                update(&mut edge);
                if edge.is_complete() {
                    return Entered::Whole(edge);
                }
                if is_full {
                    return Entered::Full;
                }
                place.insert((self.next, edge));
                self.order.push_back((now + self.wait, self.next, key));
                self.next += 1;
                self.shorten();
                Entered::New
            }
        }
    }

    /// The next call that has waited long enough.
    pub(super) fn give_up(&mut self, now: Instant) -> Option<(EdgeKey, Edge)> {
        while let Some((until, number, key)) = self.order.front().copied() {
            if until > now {
                return None;
            }
            self.order.pop_front();
            if let Entry::Occupied(waiting) = self.waiting.entry(key)
                && waiting.get().0 == number
            {
                return Some((key, waiting.remove().1));
            }
        }
        None
    }

    /// Takes out of the order what waits no more, once that is most of it.
    fn shorten(&mut self) {
        if self.order.len() > 2 * self.max_items.max(64) {
            let waiting = &self.waiting;
            self.order.retain(|(_, number, key)| {
                waiting
                    .get(key)
                    .is_some_and(|(current, _)| current == number)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(caller: u64) -> EdgeKey {
        EdgeKey {
            trace_id: TraceId::parse("1").expect("valid"),
            caller,
        }
    }

    fn side() -> Side {
        Side {
            service: "shop".into(),
            took: Duration::from_millis(1),
        }
    }

    #[test]
    fn no_more_calls_wait_than_may_however_many_are_paired() {
        let mut edges = WaitingEdges::new(Duration::from_secs(10), 2);
        let now = Instant::now();
        for caller in 1..=1000 {
            let entered = edges.enter(key(caller), now, |edge| edge.client = Some(side()));
            assert!(matches!(entered, Entered::New), "{caller}: {entered:?}");
            let entered = edges.enter(key(caller), now, |edge| edge.server = Some(side()));
            assert!(matches!(entered, Entered::Paired(_)));
        }
        assert!(edges.order.len() <= 128, "{}", edges.order.len());
        for caller in 1..=2 {
            edges.enter(key(caller), now, |edge| edge.client = Some(side()));
        }
        let entered = edges.enter(key(3), now, |edge| edge.client = Some(side()));
        assert!(matches!(entered, Entered::Full));
    }

    #[test]
    fn a_call_is_given_up_when_it_has_waited_and_not_before() {
        let mut edges = WaitingEdges::new(Duration::from_secs(10), 10);
        let now = Instant::now();
        edges.enter(key(1), now, |edge| edge.client = Some(side()));
        assert!(edges.give_up(now + Duration::from_secs(9)).is_none());
        let (given_up, edge) = edges.give_up(now + Duration::from_secs(10)).expect("one");
        assert_eq!(given_up, key(1));
        assert!(edge.client.is_some() && edge.server.is_none());
        assert!(edges.give_up(now + Duration::from_secs(99)).is_none());
    }
}
