//! The order in which a graph is read: from those whom nobody calls to those whom they call.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
};

use super::{Answer, Edge, Node, Seen, ServiceMap};
use crate::trace::{
    calls::{CallWay, Callee},
    figures::Figures,
};

/// How somebody calls another.
type Call = (CallWay, Answer, Figures, Seen);

/// Calls that wait for their order.
#[derive(Default)]
pub(super) struct Graph {
    calls: BTreeMap<Callee, Vec<(Callee, Call)>>,
    called: HashSet<Callee>,
}

impl Graph {
    pub(super) fn call(&mut self, from: Callee, to: Callee, call: Call) {
        if from != to {
            self.called.insert(to.clone());
        }
        self.calls.entry(from).or_default().push((to, call));
    }

    /// The graph of these nodes, in order.
    pub(super) fn ordered(mut self, mut nodes: BTreeMap<Callee, Node>) -> ServiceMap {
        for calls in self.calls.values_mut() {
            calls.sort_by(|(one, of_one), (other, of_other)| {
                let key = |who: &Callee, (way, answer, figures, _): &Call| {
                    (Reverse(figures.count), who.clone(), *way, *answer)
                };
                key(one, of_one).cmp(&key(other, of_other))
            });
        }
        let order = self.order(&nodes);
        let places: HashMap<&Callee, usize> = order
            .iter()
            .enumerate()
            .map(|(place, who)| (who, place))
            .collect();
        let mut edges = Vec::new();
        for (from, who) in order.iter().enumerate() {
            for (to, (way, answer, figures, seen)) in self.calls.get(who).into_iter().flatten() {
                let to = places.get(to).copied();
                edges.extend(to.map(|to| Edge {
                    from,
                    to,
                    way: *way,
                    answer: *answer,
                    figures: *figures,
                    seen: *seen,
                }));
            }
        }
        let nodes = order.iter().filter_map(|who| nodes.remove(who)).collect();
        ServiceMap { nodes, edges }
    }

    /// Services in the order of their calls, then leaves.
    fn order(&self, nodes: &BTreeMap<Callee, Node>) -> Vec<Callee> {
        let mut first: Vec<&Node> = nodes
            .values()
            .filter(|node| matches!(node.who, Callee::Service(_)))
            .collect();
        // Whoever is called by others comes after them, except where all call each other; who has to do with nobody
        // comes last.
        first.sort_by_key(|node| {
            let count = node.figures.map_or(0, |figures| figures.count);
            let is_called = self.called.contains(&node.who);
            let is_alone = !is_called && !self.calls.contains_key(&node.who);
            (is_alone, is_called, Reverse(count), node.who.clone())
        });
        let (alone, first): (Vec<&Node>, Vec<&Node>) = first.into_iter().partition(|node| {
            !self.called.contains(&node.who) && !self.calls.contains_key(&node.who)
        });
        let mut seen = HashSet::new();
        let (mut services, mut leaves) = (Vec::new(), Vec::new());
        for node in first.into_iter().chain(alone) {
            let mut waiting = VecDeque::from([&node.who]);
            while let Some(who) = waiting.pop_front() {
                if !seen.insert(who) {
                    continue;
                }
                match who {
                    Callee::Service(_) => services.push(who.clone()),
                    Callee::Peer(_) => leaves.push(who.clone()),
                }
                let calls = self.calls.get(who).into_iter().flatten();
                waiting.extend(calls.map(|(to, _)| to));
            }
        }
        services.extend(leaves);
        services
    }
}
