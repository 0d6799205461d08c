//! `ptctl trace search`.

use jiff::Timestamp;
use ptctl_diagnosis::traceql::{SpanFilter, StatusFilter};

use super::super::backends::{ask_each, range, refused, request};
use crate::{
    cli::{Format, Global, SearchArguments},
    clients::deadline::Deadline,
    error::CommandError,
    exit::Exit,
    output::Output,
    render::{self, BeyondLimit, FoundTraces, SearchFrom},
};

pub(super) async fn run(
    global: &Global,
    args: SearchArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let now = Timestamp::now();
    let range = range(args.since, args.until, now)?;
    let request = request(global, args.way.clone())?;
    let deadline = Deadline::after(request.timeout);
    let query = query(&args);
    let is_own = args.query.is_some();
    output.progress("searching …");
    let answers = ask_each(&request, deadline, output, async |door| {
        let client = &door.client;
        // A query of one's own is sent as it is.
        let (asked, beyond_limit) = if is_own {
            (query.clone(), BeyondLimit::Any)
        } else if client.finds_newest() {
            (client.newest_first(&query), BeyondLimit::Newest)
        } else {
            (query.clone(), BeyondLimit::Any)
        };
        match client
            .search_traces(&asked, range, args.limit, deadline)
            .await
        {
            Ok(search) => Ok(SearchFrom {
                tempo: door.name.clone(),
                reached: door.reached.to_string(),
                search,
                beyond_limit,
            }),
            Err(fault) => Err(refused(door, &asked, fault)),
        }
    })
    .await?;
    let found = FoundTraces::new(query, range, args.limit, now, answers.all, answers.unasked);
    let text = match args.output.output {
        Format::Table => {
            let mut page = output.page();
            render::found_traces(&mut page, &found);
            page.into_text()
        }
        Format::Json => render::json(&found.document()).map_err(CommandError::Json)?,
    };
    output.answer(&text)?;
    Ok(answers.exit)
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
