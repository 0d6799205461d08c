//! What was refused or dropped between two readings of everybody's counters.

use std::collections::BTreeMap;

use crate::snapshot::{BackendCounters, CollectorMetrics, ContainerId, Counters, SpanCounters};

/// What the counters of a stack say of a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Losses {
    /// So many programs counted, and none of what they count as lost grew.
    None {
        /// How many.
        counted_by: usize,
    },
    /// Something was lost.
    Some(Vec<String>),
    /// Nobody can tell.
    Untold(String),
}

/// Compares two readings. Whoever counted before has to count still; `names` are those of containers.
pub fn losses(
    before: &Counters,
    after: &Counters,
    names: &BTreeMap<ContainerId, String>,
) -> Losses {
    match compared(before, after, names) {
        Err(reason) => Losses::Untold(reason),
        Ok((counted_by, told)) if told.is_empty() => Losses::None { counted_by },
        Ok((_, told)) => Losses::Some(told),
    }
}

fn compared(
    before: &Counters,
    after: &Counters,
    names: &BTreeMap<ContainerId, String>,
) -> Result<(usize, Vec<String>), String> {
    if before.backends.is_empty() {
        return Err("no backend's counters could be read".to_owned());
    }
    let mut told = Vec::new();
    for (name, then) in &before.backends {
        let now = found(&after.backends, name, name)?;
        if !then.is_of_same_start(now) {
            return Err(format!("`{name}` was started again meanwhile"));
        }
        told.extend(of_backend(name, &now.since(then)));
    }
    let name_of = |id: &ContainerId| {
        names
            .get(id)
            .map_or_else(|| id.short().to_owned(), Clone::clone)
    };
    for (id, then) in &before.collectors {
        let name = name_of(id);
        let now = found(&after.collectors, id, &name)?;
        is_same_process(before, after, id, &name)?;
        told.extend(of_collector(&name, &now.since(then)));
    }
    for (id, then) in &before.services {
        let name = name_of(id);
        let now = found(&after.services, id, &name)?;
        is_same_process(before, after, id, &name)?;
        told.extend(of_service(&name, now.since(*then)));
    }
    let counted_by = before.backends.len() + before.collectors.len() + before.services.len();
    Ok((counted_by, told))
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

/// What a process took with it when it ended was counted by nobody.
fn is_same_process(
    before: &Counters,
    after: &Counters,
    id: &ContainerId,
    name: &str,
) -> Result<(), String> {
    let started = |counters: &Counters| {
        let mut own = counters.containers.iter().filter(|(known, _)| known == id);
        own.next().and_then(|(_, started_at)| *started_at)
    };
    if started(before) == started(after) {
        Ok(())
    } else {
        Err(format!("`{name}` was started again meanwhile"))
    }
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
    use crate::snapshot::Discarded;

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
        assert_eq!(
            compare(&reading(3), &reading(3)),
            Losses::None { counted_by: 3 }
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
}
