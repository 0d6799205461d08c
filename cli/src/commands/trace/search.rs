//! `ptctl trace search`.

use futures_util::future::join_all;
use jiff::Timestamp;
use ptctl_diagnosis::traceql::{SpanFilter, StatusFilter};

use super::{super::look::failed, no_door, request, unanswered};
use crate::{
    cli::{Format, Global, Moment, SearchArguments},
    clients::{
        cause::on_one_line,
        deadline::Deadline,
        http::HttpFault,
        tempo::{SearchRange, TraceSearch},
    },
    error::CommandError,
    exit::Exit,
    gather::{Beside, Door, Doors, doors},
    output::Output,
    render::{self, FoundTraces, SearchFrom},
    settings,
};

pub(super) async fn run(
    global: &Global,
    args: SearchArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let now = Timestamp::now();
    let since = args.since.unwrap_or(Moment::Ago(settings::DEFAULT_SINCE));
    let range = SearchRange {
        since: since.before(now),
        until: args.until.map_or(now, |until| until.before(now)),
    };
    if range.since >= range.until {
        return Err(CommandError::Request(
            "`--since` has to lie before `--until`".to_owned(),
        ));
    }
    let request = request(global, args.way.clone())?;
    let deadline = Deadline::after(request.timeout);
    let query = query(&args);
    output.progress("searching …");
    let doors = doors(&request, Beside::Nothing)
        .await
        .map_err(|source| failed(&request, deadline, source))?;
    let found = search(&doors, &query, range, args.limit, deadline).await;
    for deed in doors.close().await {
        output.note(&deed);
    }
    let (found, failures) = found?;
    for failure in &failures {
        output.note(&format!("warning: {}", on_one_line(failure)));
    }
    for (name, why) in &doors.closed {
        output.note(&format!("warning: Tempo `{name}` was not asked: {why}"));
    }
    let found = FoundTraces::new(query, range, args.limit, now, found);
    let text = match args.output.output {
        Format::Table => {
            let mut page = output.page();
            render::found_traces(&mut page, &found);
            page.into_text()
        }
        Format::Json => render::json(&found.document()).map_err(CommandError::Json)?,
    };
    output.answer(&text)?;
    // Somebody who was not asked may have more.
    let is_whole = failures.is_empty() && doors.closed.is_empty();
    Ok(if is_whole { Exit::Ok } else { Exit::Blind })
}

/// The query that the flags stand for.
fn query(args: &SearchArguments) -> String {
    if let Some(query) = &args.query {
        return query.clone();
    }
    let filter = SpanFilter {
        service: args.service.clone(),
        operation: args.operation.clone(),
        status: args.status.map(StatusFilter::from),
        shortest: args.min_duration.map(|duration| *duration),
        longest: args.max_duration.map(|duration| *duration),
        attributes: args.attribute.clone(),
    };
    filter.to_string()
}

/// What each backend found, and what those said that could not answer while others did.
type Found = (Vec<SearchFrom>, Vec<CommandError>);

async fn search(
    doors: &Doors,
    query: &str,
    range: SearchRange,
    limit: u32,
    deadline: Deadline,
) -> Result<Found, CommandError> {
    if let Some(error) = no_door(doors) {
        return Err(error);
    }
    let answers = join_all(doors.open.iter().map(|door| async move {
        let answer = door
            .client
            .search_traces(query, range, limit, deadline)
            .await;
        (door, answer)
    }))
    .await;
    let mut found = Vec::new();
    let mut failures = Vec::new();
    for (door, answer) in answers {
        match answer {
            Ok(search) => found.push(from(door, search)),
            Err(fault) => failures.push(failure(door, query, fault)),
        }
    }
    if found.is_empty()
        && let Some(error) = failures.pop()
    {
        return Err(error);
    }
    Ok((found, failures))
}

fn from(door: &Door, search: TraceSearch) -> SearchFrom {
    SearchFrom {
        tempo: door.name.clone(),
        reached: door.reached.to_string(),
        search,
    }
}

fn failure(door: &Door, query: &str, fault: HttpFault) -> CommandError {
    match fault {
        fault @ HttpFault::Status { status: 400, .. } => CommandError::Query {
            tempo: door.name.clone(),
            query: query.to_owned(),
            source: fault,
        },
        fault => unanswered(door, fault),
    }
}
