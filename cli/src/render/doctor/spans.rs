//! What became of the spans, by everybody's counters.

use ptctl_diagnosis::engine::{Ledger, Lost, TraceLoss};

use super::super::page::{Page, Tone};

/// One line where the counters of services, collectors and backends say that spans are lost, or were asked for.
pub(super) fn spans(page: &mut Page, ledger: &Ledger) {
    if ledger.losses.is_empty() && ledger.since.is_none() {
        return;
    }
    let mut stations = Vec::new();
    if let Some(spans) = ledger.services {
        let who = match ledger.counted.as_slice() {
            [one] => one.name().to_owned(),
            counted => format!("{} services", counted.len()),
        };
        stations.push(format!(
            "{who} made {}, sent {}{}",
            spans.made,
            spans.sent,
            nonzero(&[("failed", spans.failed), ("dropped", spans.dropped)])
        ));
    }
    for collector in &ledger.collectors {
        stations.push(format!(
            "{} accepted {}, sent {}{}",
            collector.subject.name(),
            collector.accepted,
            collector.sent,
            nonzero(&[("refused", collector.refused), ("failed", collector.failed)])
        ));
    }
    for backend in &ledger.backends {
        stations.push(format!(
            "{} accepted {}{}",
            backend.subject.name(),
            backend.accepted,
            nonzero(&[
                ("refused", backend.refused),
                ("discarded", backend.discarded)
            ])
        ));
    }
    let since = match ledger.since {
        Some(since) => format!("since {}", since.strftime("%H:%M:%S UTC")),
        None => "each since its own start".to_owned(),
    };
    let text = format!("{} ({since})", stations.join(" → "));
    page.entry("spans   ", Tone::Faint, &text);
    // Without `--for` the stations say it, and a report is to fit a screen.
    if ledger.since.is_some() && !ledger.losses.is_empty() {
        let losses: Vec<String> = ledger.losses.iter().map(loss).collect();
        page.entry("lost    ", Tone::Doubtful, &losses.join("; "));
    }
}

/// `tempo discarded 12 (trace_too_large)`.
fn loss(loss: &TraceLoss) -> String {
    let reason = loss
        .reason
        .as_ref()
        .map_or(String::new(), |reason| format!(" ({reason})"));
    format!(
        "{} {} {}{reason}",
        loss.spans,
        loss.how.word(),
        match loss.how {
            Lost::OnTheWay => format!("to {}", loss.subject.name()),
            Lost::Dropped | Lost::Failed | Lost::Refused | Lost::Discarded =>
                format!("by {}", loss.subject.name()),
        }
    )
}

fn nonzero(counts: &[(&str, u64)]) -> String {
    counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .fold(String::new(), |shown, (word, count)| {
            format!("{shown}, {word} {count}")
        })
}
