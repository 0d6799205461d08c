//! What was refused or dropped between two readings of everybody's counters.

use std::collections::BTreeMap;

use crate::{
    collector::Pipelines,
    snapshot::{BackendCounters, CollectorMetrics, ContainerId, Counters, Snapshot, SpanCounters},
};

/// What the counters of a stack say of a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Losses {
    /// Programs counted, and none of what they count as lost grew.
    None {
        /// Their names.
        counted_by: Vec<String>,
    },
    /// Something was lost.
    Some(Vec<String>),
    /// Nobody can tell.
    Untold(String),
}

/// Who counts spans and could not be read, and why: what it lost nobody knows.
pub fn unread(snapshot: &Snapshot) -> Option<String> {
    let running = || snapshot.containers.iter().filter(|one| one.is_running());
    let services = running().filter_map(|container| {
        let gap = container.metrics.as_ref()?.gap()?;
        Some((container.display_name(), gap))
    });
    let collectors = snapshot.collectors.iter().filter_map(|collector| {
        let container = running().find(|one| one.id == collector.container)?;
        Some((container.display_name(), collector.metrics.gap()?))
    });
    let (name, gap) = services.chain(collectors).next()?;
    Some(format!("`{name}`: {}", gap.reason))
}

/// A collector that hands traces on, and shows no counter of spans after it should have: it counts under other names, or
/// not at all.
pub fn silent_collector(snapshot: &Snapshot) -> Option<String> {
    let collector = snapshot.collectors.iter().find(|collector| {
        let is_silent = collector
            .metrics
            .known()
            .is_some_and(|metrics| !counts(metrics));
        let hands_on = collector.config.known().is_none_or(|config| {
            let pipelines = Pipelines::of(config, collector.flavour);
            !pipelines.traces.is_empty()
        });
        is_silent && hands_on
    })?;
    let mut containers = snapshot.containers.iter();
    let container = containers.find(|one| one.id == collector.container)?;
    let name = container.display_name();
    Some(format!("`{name}` shows no counter of spans"))
}

/// Whether a collector's page has any of its counters of spans: a part that has counted any shows them all.
fn counts(metrics: &CollectorMetrics) -> bool {
    [
        metrics.accepted,
        metrics.refused,
        metrics.sent,
        metrics.send_failed,
    ]
    .iter()
    .any(Option::is_some)
}

/// Compares two readings. Whoever counted before has to count still, and whoever came meanwhile counts from nothing;
/// `names` are those of containers.
pub fn losses(
    before: &Counters,
    after: &Counters,
    names: &BTreeMap<ContainerId, String>,
) -> Losses {
    let pair = Pair {
        before,
        after,
        names,
    };
    match pair.compared() {
        Err(reason) => Losses::Untold(reason),
        Ok((counted_by, lost)) if lost.is_empty() => Losses::None { counted_by },
        Ok((_, lost)) => Losses::Some(lost),
    }
}

/// Two readings.
struct Pair<'r> {
    before: &'r Counters,
    after: &'r Counters,
    names: &'r BTreeMap<ContainerId, String>,
}

impl Pair<'_> {
    /// Who counted, and what was lost.
    fn compared(&self) -> Result<(Vec<String>, Vec<String>), String> {
        let Self { before, after, .. } = self;
        if before.backends.is_empty() {
            return Err("no backend's counters could be read".to_owned());
        }
        let (mut counted_by, mut lost) = (Vec::new(), Vec::new());
        for (name, then) in &before.backends {
            let now = found(&after.backends, name, name)?;
            if !then.is_of_same_start(now) {
                return Err(format!("`{name}` was started again meanwhile"));
            }
            lost.extend(of_backend(name, &now.since(then)));
            counted_by.push(name.clone());
        }
        self.all_count_still(&before.collectors, &after.collectors)?;
        for (id, now) in &after.collectors {
            let name = self.name(id);
            let then = self.then(&before.collectors, id, &name)?;
            lost.extend(of_collector(&name, &now.since(&then)));
            if counts(now) {
                counted_by.push(name);
            }
        }
        self.all_count_still(&before.services, &after.services)?;
        for (id, now) in &after.services {
            let name = self.name(id);
            let then = self.then(&before.services, id, &name)?;
            lost.extend(of_service(&name, now.since(then)));
            counted_by.push(name);
        }
        Ok((counted_by, lost))
    }

    fn name(&self, id: &ContainerId) -> String {
        let known = self.names.get(id);
        known.map_or_else(|| id.short().to_owned(), Clone::clone)
    }

    /// What a process took with it when it ended was counted by nobody.
    fn all_count_still<C>(
        &self,
        before: &[(ContainerId, C)],
        after: &[(ContainerId, C)],
    ) -> Result<(), String> {
        let started = |counters: &Counters, id: &ContainerId| {
            let mut own = counters.containers.iter().filter(|(known, _)| known == id);
            own.next().and_then(|(_, started_at)| *started_at)
        };
        for (id, _) in before {
            let name = self.name(id);
            found(after, id, &name)?;
            if started(self.before, id) != started(self.after, id) {
                return Err(format!("`{name}` was started again meanwhile"));
            }
        }
        Ok(())
    }

    /// What somebody had counted before: nothing where it was not there yet, did not run, or showed no counter.
    fn then<C: Clone + Default>(
        &self,
        readings: &[(ContainerId, C)],
        id: &ContainerId,
        name: &str,
    ) -> Result<C, String> {
        let mut known = readings.iter();
        if let Some((_, then)) = known.find(|(known, _)| known == id) {
            return Ok(then.clone());
        }
        let lists = |counters: &Counters| {
            let mut listed = counters.containers.iter();
            listed.find(|(known, _)| known == id).cloned()
        };
        let started_at = lists(self.after).and_then(|(_, started_at)| started_at);
        if lists(self.before).is_some() || self.before.was_started_since(started_at) {
            Ok(C::default())
        } else {
            Err(format!("the counters of `{name}` were not read before"))
        }
    }
}

fn found<'r, K: PartialEq, C>(
    readings: &'r [(K, C)],
    key: &K,
    name: &str,
) -> Result<&'r C, String> {
    let mut own = readings.iter().filter(|(known, _)| known == key);
    own.next()
        .map(|(_, counters)| counters)
        .ok_or_else(|| format!("the counters of `{name}` could not be read again"))
}

fn of_backend(name: &str, grown: &BackendCounters) -> Vec<String> {
    let refused = (grown.refused > 0).then(|| format!("`{name}` refused {}", spans(grown.refused)));
    let discarded = grown
        .discarded
        .iter()
        .filter(|discarded| discarded.spans > 0);
    let discarded = discarded.map(|discarded| {
        format!(
            "`{name}` discarded {} ({})",
            spans(discarded.spans),
            discarded.reason
        )
    });
    refused.into_iter().chain(discarded).collect()
}

fn of_collector(name: &str, grown: &CollectorMetrics) -> Vec<String> {
    [
        (grown.refused, "refused"),
        (grown.send_failed, "failed to send"),
        (grown.enqueue_failed, "had no room to queue"),
    ]
    .into_iter()
    .filter_map(|(count, did)| {
        let count = count.filter(|count| *count > 0)?;
        Some(format!("`{name}` {did} {}", spans(count)))
    })
    .collect()
}

fn of_service(name: &str, grown: SpanCounters) -> Vec<String> {
    [
        (grown.failed, "after a failed export"),
        (grown.dropped, "from a full queue"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, how)| format!("`{name}` dropped {} {how}", spans(count)))
    .collect()
}

fn spans(count: u64) -> String {
    format!("{count} {}", if count == 1 { "span" } else { "spans" })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        fixtures,
        observed::{Gap, Observed, Probe},
        snapshot::{Discarded, Status},
        subject::Subject,
    };

    /// What makes a later reading one that tells nothing.
    type Change = fn(&mut Counters);

    fn service() -> ContainerId {
        ContainerId("5e41ce".to_owned())
    }

    fn collector() -> ContainerId {
        ContainerId("c0111c".to_owned())
    }

    /// Everybody counted that much as lost.
    fn reading(lost: u64) -> Counters {
        let backend = BackendCounters {
            started_at: Some(Timestamp::UNIX_EPOCH),
            accepted: 10,
            refused: lost,
            discarded: vec![Discarded {
                reason: "rate_limited".to_owned(),
                spans: 2 * lost,
            }],
        };
        let spans = SpanCounters {
            failed: lost,
            dropped: 2 * lost,
            ..SpanCounters::default()
        };
        let metrics = CollectorMetrics {
            refused: Some(lost),
            send_failed: Some(2 * lost),
            enqueue_failed: None,
            ..CollectorMetrics::default()
        };
        let started_at = Some(Timestamp::UNIX_EPOCH);
        Counters {
            taken_at: Timestamp::UNIX_EPOCH,
            clock_offset: None,
            containers: vec![(service(), started_at), (collector(), started_at)],
            services: vec![(service(), spans)],
            collectors: vec![(collector(), metrics)],
            backends: vec![("tempo".to_owned(), backend)],
        }
    }

    fn compare(before: &Counters, after: &Counters) -> Losses {
        let names = BTreeMap::from([(service(), "web".to_owned())]);
        losses(before, after, &names)
    }

    #[test]
    fn only_what_grew_meanwhile_counts() {
        let counted_by = ["tempo", "c0111c", "web"].map(str::to_owned).to_vec();
        assert_eq!(
            compare(&reading(3), &reading(3)),
            Losses::None { counted_by }
        );
        let Losses::Some(told) = compare(&reading(3), &reading(4)) else {
            panic!("something was lost");
        };
        assert_eq!(
            told,
            [
                "`tempo` refused 1 span",
                "`tempo` discarded 2 spans (rate_limited)",
                "`c0111c` refused 1 span",
                "`c0111c` failed to send 2 spans",
                "`web` dropped 1 span after a failed export",
                "`web` dropped 2 spans from a full queue",
            ]
        );
    }

    #[test]
    fn counters_that_began_anew_or_cannot_be_read_tell_nothing() {
        let changes: [(Change, &str); 5] = [
            (
                |after| after.backends[0].1.started_at = Some(Timestamp::MAX),
                "`tempo` was started again meanwhile",
            ),
            (
                |after| after.backends.clear(),
                "the counters of `tempo` could not be read again",
            ),
            (
                |after| after.services.clear(),
                "the counters of `web` could not be read again",
            ),
            (
                |after| after.containers[0].1 = Some(Timestamp::MAX),
                "`web` was started again meanwhile",
            ),
            (
                |after| after.containers[1].1 = Some(Timestamp::MAX),
                "`c0111c` was started again meanwhile",
            ),
        ];
        for (change, reason) in changes {
            let mut after = reading(3);
            change(&mut after);
            let expected = Losses::Untold(reason.to_owned());
            assert_eq!(compare(&reading(3), &after), expected);
        }
        let mut unread = reading(0);
        unread.backends.clear();
        assert!(matches!(compare(&unread, &reading(3)), Losses::Untold(_)));
    }
    #[test]
    fn whoever_came_meanwhile_counts_from_nothing() {
        let lost = vec!["`web` dropped 3 spans after a failed export".to_owned()];
        let mut after = reading(3);
        after.backends = reading(0).backends;
        after.collectors.clear();
        after.services[0].1.dropped = 0;
        let mut before = reading(0);
        before.services.clear();
        before.collectors.clear();
        // It showed no counter, or it did not run.
        assert_eq!(compare(&before, &after), Losses::Some(lost.clone()));
        // It was not there.
        before.containers.clear();
        assert!(matches!(compare(&before, &after), Losses::Untold(_)));
        before.clock_offset = Some(jiff::SignedDuration::ZERO);
        assert_eq!(compare(&before, &after), Losses::Some(lost));
    }

    #[test]
    fn a_collector_without_counters_does_not_count() {
        let mut quiet = reading(3);
        quiet.collectors[0].1 = CollectorMetrics::default();
        let counted_by = ["tempo", "web"].map(str::to_owned).to_vec();
        assert_eq!(compare(&quiet, &quiet), Losses::None { counted_by });
    }

    #[test]
    fn whoever_counts_and_cannot_be_read_is_named_and_nobody_else() {
        let mut snapshot = fixtures::healthy();
        assert_eq!(unread(&snapshot), None);
        let gap = Gap::new(Probe::ServiceMetrics, Subject::Engine, "no way to it");
        snapshot.service_mut("scraper").metrics = Some(Observed::Unknown(gap));
        assert_eq!(unread(&snapshot).unwrap(), "`scraper`: no way to it");
        snapshot.service_mut("scraper").state.status = Status::Exited;
        assert_eq!(unread(&snapshot), None);
    }

    #[test]
    fn a_collector_that_hands_traces_on_has_to_show_that_it_counts() {
        let mut snapshot = fixtures::surrounded();
        assert_eq!(silent_collector(&snapshot), None);
        let nothing = Observed::Known(CollectorMetrics::default());
        snapshot.collectors[0].metrics = nothing;
        let told = silent_collector(&snapshot).unwrap();
        assert!(told.ends_with("shows no counter of spans"), "{told}");
        let logs = "service: {pipelines: {logs: {receivers: [otlp], exporters: [debug]}}}";
        snapshot.collectors[0].config = Observed::Known(fixtures::collector_config(logs));
        assert_eq!(silent_collector(&snapshot), None);
    }
}
