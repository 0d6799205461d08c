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
    let mut outcomes: Vec<Outcome> = names.iter().map(|name| not_read(&shelf, name)).collect();
    loop {
        // A line that was found stays found, and whoever is not there will not be.
        let open: Vec<usize> = (0..names.len())
            .filter(|number| is_there(&shelf, names[*number]) && !outcomes[*number].is_held())
            .collect();
        if open.is_empty() {
            return outcomes;
        }
        let asked: Vec<&str> = open.iter().map(|number| names[*number]).collect();
        let limit = deadline.max(Deadline::after(LAST_LOOK));
        let found = look(&shelf, &asked, trace_id, begun, limit).await;
        let is_all = found.iter().all(Outcome::is_held);
        for (number, outcome) in open.into_iter().zip(found) {
            outcomes[number] = outcome;
        }
        if is_all || deadline.has_passed() {
            return outcomes;
        }
        tokio::time::sleep(PAUSE.min(deadline.left())).await;
    }
}

fn is_there(shelf: &LogShelf, name: &str) -> bool {
    shelf.containers.iter().any(|one| is_called(one, name))
}

/// What is known of a name before any log is read.
fn not_read(shelf: &LogShelf, name: &str) -> Outcome {
    if is_there(shelf, name) {
        return Outcome::Unknown("its log was not read".to_owned());
    }
    if let Some((_, error)) = shelf.undescribed.iter().find(|(known, _)| known == name) {
        return Outcome::Unknown(format!(
            "the engine does not describe it: {}",
            on_one_line(error)
        ));
    }
    if let [(other, error), ..] = &shelf.undescribed[..] {
        return Outcome::Unknown(format!(
            "no container that the engine describes is called so, and `{other}` is not described: {}",
            on_one_line(error)
        ));
    }
    let known: Vec<&str> = shelf
        .containers
        .iter()
        .map(Container::display_name)
        .collect();
    Outcome::Failed(format!(
        "the stack has no such container, only `{}`",
        known.join("`, `")
    ))
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
        if own.iter().any(|((_, lines), _)| **lines > 0) {
            return Outcome::Held;
        }
        let unread = own.iter().find_map(|(_, end)| {
            let rotated = end.begins_late.filter(|at| *at > begun);
            let rotated = rotated.map(|at| format!("its oldest line is of {at}"));
            end.left_out.clone().or(rotated)
        });
        match unread {
            Some(reason) => Outcome::Unknown(format!("its log could not be read: {reason}")),
            None => Outcome::Failed("none of its lines has it".to_owned()),
        }
    };
    names.iter().map(judge).collect()
}

fn is_called(container: &Container, name: &str) -> bool {
    container.name == name || container.service.as_deref() == Some(name)
}
