//! One question to every backend of a stack.

use futures_util::future::join_all;
use jiff::Timestamp;

use super::look::failed;
use crate::{
    cli::{Global, Moment, TempoWay},
    clients::{cause::on_one_line, deadline::Deadline, http::HttpFault, tempo::SearchRange},
    error::CommandError,
    exit::Exit,
    gather::{Beside, DeeperLooks, Depth, Door, GatherRequest, doors},
    output::Output,
    settings,
};

/// So many traces are read for a sample where nobody says otherwise.
pub(super) const TRACES: u32 = 200;

/// The request of a command that asks backends alone.
pub(super) fn request(global: &Global, way: TempoWay) -> Result<GatherRequest, CommandError> {
    let mut request = settings::request(global, &[], Depth::Description, settings::DEFAULT_SINCE)?;
    request.deeper = DeeperLooks {
        probe: settings::probe_wish(way.probe),
        helper_binary: way.helper_binary,
        ..DeeperLooks::default()
    };
    Ok(request)
}

/// The time that is asked about.
pub(super) fn range(
    since: Option<Moment>,
    until: Option<Moment>,
    now: Timestamp,
) -> Result<SearchRange, CommandError> {
    let since = since.unwrap_or(Moment::Ago(settings::DEFAULT_SINCE));
    let range = SearchRange {
        since: since.before(now),
        until: until.map_or(now, |until| until.before(now)),
    };
    if range.since >= range.until {
        return Err(CommandError::EmptyRange);
    }
    Ok(range)
}

/// What the backends answered.
#[derive(Debug)]
pub(super) struct Answers<T> {
    /// Each answer; at least one.
    pub(super) all: Vec<T>,
    /// Who gave none, each with the reason.
    pub(super) unasked: Vec<String>,
    /// How the command ends as far as the backends go: somebody who was not asked may know more.
    pub(super) exit: Exit,
}

/// Asks every backend. Why one did not answer is said beside the answer, unless none did.
pub(super) async fn ask_each<T>(
    request: &GatherRequest,
    deadline: Deadline,
    output: &mut Output,
    ask: impl AsyncFn(&Door) -> Result<T, CommandError>,
) -> Result<Answers<T>, CommandError> {
    let doors = Box::pin(doors(request, Beside::Nothing))
        .await
        .map_err(|source| failed(request, deadline, source))?;
    let answers = join_all(doors.open.iter().map(|door| ask(door))).await;
    for deed in doors.close().await {
        output.note(&deed);
    }
    if let Some(reason) = doors.all_closed() {
        return Err(CommandError::NoTempo(reason));
    }
    let mut all = Vec::new();
    let mut failures = Vec::new();
    for answer in answers {
        match answer {
            Ok(answer) => all.push(answer),
            Err(failure) => failures.push(failure),
        }
    }
    // Where nobody answered, the first failure is the error itself.
    let error = (all.is_empty() && !failures.is_empty()).then(|| failures.remove(0));
    let unasked: Vec<String> = failures
        .iter()
        .map(|failure| on_one_line(failure))
        .chain(doors.unasked())
        .collect();
    for why in &unasked {
        output.note(&format!("warning: {why}"));
    }
    if let Some(error) = error {
        return Err(error);
    }
    let exit = if unasked.is_empty() {
        Exit::Ok
    } else {
        Exit::Blind
    };
    Ok(Answers { all, unasked, exit })
}

/// A question that a backend did not answer.
pub(super) fn unanswered(door: &Door, source: HttpFault) -> CommandError {
    CommandError::Asking {
        tempo: door.name.clone(),
        at: door.reached.to_string(),
        source,
    }
}

/// A query that a backend did not answer, perhaps because it does not take it.
pub(super) fn refused(door: &Door, query: &str, fault: HttpFault) -> CommandError {
    match fault {
        fault @ HttpFault::Status { status: 400, .. } => CommandError::Query {
            tempo: door.name.clone(),
            query: query.to_owned(),
            source: fault,
        },
        fault => unanswered(door, fault),
    }
}
