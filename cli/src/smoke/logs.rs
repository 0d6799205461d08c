//! Whether logs carry the id of a trace.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{smoke::Outcome, snapshot::Container};

use crate::{
    clients::{cause::on_one_line, deadline::Deadline},
    feed::Merged,
    gather::{GatherRequest, LogShelf, shelf},
    logs::{TimeRange, Wanted},
};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// How long the last look may take, whatever the deadline.
const LAST_LOOK: Duration = Duration::from_secs(5);
/// The clocks of the engine and of this machine may differ so far; an id is of one check alone.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// Looks for a trace id in the logs of these services or containers until all have it or the time is up.
pub(super) async fn carriers(
    request: &GatherRequest,
    names: &[&str],
    trace_id: &str,
    begun: Timestamp,
    deadline: Deadline,
) -> Vec<Outcome> {
    let shelf = match shelf(request).await {
        Ok(shelf) => shelf,
        Err(error) => {
            let reason = format!("the logs could not be read: {}", on_one_line(&error));
            return vec![Outcome::Unknown(reason); names.len()];
        }
    };
    loop {
        let found = look(
            &shelf,
            names,
            trace_id,
            begun,
            deadline.max(Deadline::after(LAST_LOOK)),
        )
        .await;
        if found.iter().all(Outcome::is_held) || deadline.has_passed() {
            return found;
        }
        tokio::time::sleep(PAUSE.min(deadline.left())).await;
    }
}

async fn look(
    shelf: &LogShelf,
    names: &[&str],
    trace_id: &str,
    begun: Timestamp,
    deadline: Deadline,
) -> Vec<Outcome> {
    let containers: Vec<Container> = shelf
        .containers
        .iter()
        .filter(|container| names.iter().any(|name| is_called(container, name)))
        .cloned()
        .collect();
    let wanted = Wanted {
        errors: None,
        level: None,
        trace: Some(trace_id.to_owned()),
    };
    let range = TimeRange {
        since: begun.checked_sub(SLACK).unwrap_or(Timestamp::UNIX_EPOCH),
        until: Timestamp::now()
            .checked_add(SLACK)
            .unwrap_or(Timestamp::MAX),
    };
    let mut lines = vec![0_usize; containers.len()];
    let mut merged = Merged::open(shelf, &containers, &wanted, range, deadline);
    while let Some((log, _)) = merged.next().await {
        lines[log] += 1;
    }
    let ends = merged.ends();
    let judge = |name: &&str| {
        let logs = containers.iter().zip(&lines).zip(&ends);
        let own: Vec<_> = logs
            .filter(|((container, _), _)| is_called(container, name))
            .collect();
        if own.is_empty() {
            let known: Vec<&str> = shelf
                .containers
                .iter()
                .map(Container::display_name)
                .collect();
            return Outcome::Failed(format!(
                "the stack has no such container, only `{}`",
                known.join("`, `")
            ));
        }
        if own.iter().any(|((_, lines), _)| **lines > 0) {
            return Outcome::Held;
        }
        match own.iter().find_map(|(_, end)| end.left_out.as_ref()) {
            Some(reason) => Outcome::Unknown(format!("its log could not be read: {reason}")),
            None => Outcome::Failed("none of its lines has it".to_owned()),
        }
    };
    names.iter().map(judge).collect()
}

fn is_called(container: &Container, name: &str) -> bool {
    container.name == name || container.service.as_deref() == Some(name)
}
