//! `ptctl map`.

use std::collections::HashSet;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use ptctl_diagnosis::{
    trace::{Trace, service_map::ServiceMap},
    traceql::SpanFilter,
};

use super::backends::{TRACES, ask_each, range, refused, request};
use crate::{
    cli::{Global, GraphFormat, MapArguments},
    clients::{
        deadline::Deadline,
        tempo::{RecentTraces, SearchRange, TempoClient},
    },
    error::CommandError,
    exit::Exit,
    gather::Door,
    output::Output,
    render::{self, MapFrom, Mapped, Sample},
};

/// So many services that the newest traces do not show are searched for.
const SERVICES: usize = 30;
/// So many traces of each of them are read.
const OF_A_SERVICE: u32 = 3;
/// So many of them are searched for at a time.
const AT_ONCE: usize = 4;

pub(super) async fn run(
    global: &Global,
    args: MapArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let range = range(args.since, args.until, Timestamp::now())?;
    let request = request(global, args.way.clone())?;
    let deadline = Deadline::after(request.timeout);
    let question = Question {
        range,
        limit: args.traces.unwrap_or(TRACES),
        deadline,
    };
    output.progress("reading traces …");
    let answers = ask_each(&request, deadline, output, async |door| {
        question.ask(door).await
    })
    .await?;
    let is_late = answers.all.iter().any(|seen| seen.from.sample.is_late());
    let mapped = mapped(range, answers.all);
    let text = match args.output {
        GraphFormat::Table => {
            let mut page = output.page();
            mapped.write(&mut page);
            page.into_text()
        }
        GraphFormat::Dot => mapped.dot(),
        GraphFormat::Mermaid => mapped.mermaid(),
        GraphFormat::Json => render::json(&mapped.document()).map_err(CommandError::Json)?,
    };
    output.answer(&text)?;
    Ok(match answers.exit {
        Exit::Ok if is_late => Exit::Deadline,
        exit => exit,
    })
}

/// What was seen in one backend.
struct Seen {
    from: MapFrom,
    newest: Vec<Trace>,
    searched: Vec<Trace>,
    known: Vec<String>,
}

/// One map of what all backends have. A trace that several have counts once.
fn mapped(range: SearchRange, all: Vec<Seen>) -> Mapped {
    let mut ids = HashSet::new();
    let (mut newest, mut searched, mut known) = (Vec::new(), Vec::new(), Vec::new());
    let mut from = Vec::new();
    for seen in all {
        let new = seen.newest.into_iter();
        newest.extend(new.filter(|trace| ids.insert(trace.id())));
        searched.extend(seen.searched);
        known.extend(seen.known);
        from.push(seen.from);
    }
    searched.retain(|trace| ids.insert(trace.id()));
    Mapped {
        range,
        map: ServiceMap::of(&newest, &searched, &known),
        from,
    }
}

struct Question {
    range: SearchRange,
    limit: u32,
    deadline: Deadline,
}

impl Question {
    async fn ask(&self, door: &Door) -> Result<Seen, CommandError> {
        let filter = SpanFilter::default();
        let Self {
            range,
            limit,
            deadline,
        } = *self;
        let client = &door.client;
        let (recent, known) = tokio::join!(
            client.recent_traces(&filter, range, limit, deadline),
            client.services(range.since, range.until, deadline),
        );
        let recent = recent.map_err(|fault| refused(door, &filter.to_string(), fault))?;
        let mut notes = Vec::new();
        let known = known.unwrap_or_else(|fault| {
            notes.push(format!(
                "which other services there are could not be asked: {fault}"
            ));
            Vec::new()
        });
        let searched = self.others(client, &recent, &known, &mut notes).await;
        Ok(Seen {
            from: MapFrom {
                tempo: door.name.clone(),
                reached: door.reached.to_string(),
                sample: Sample::of(&recent, limit),
                notes,
            },
            newest: recent.traces,
            searched,
            known,
        })
    }

    /// A few traces of each service that the newest ones do not show.
    async fn others(
        &self,
        client: &TempoClient,
        recent: &RecentTraces,
        known: &[String],
        notes: &mut Vec<String>,
    ) -> Vec<Trace> {
        let spans = recent.traces.iter().flat_map(Trace::spans);
        let shown: HashSet<&str> = spans.filter_map(|span| span.service()).collect();
        let missing: Vec<&String> = known
            .iter()
            .filter(|name| !shown.contains(name.as_str()))
            .collect();
        if missing.len() > SERVICES {
            notes.push(format!(
                "{} services are not in these traces; the first {SERVICES} of them were searched for",
                missing.len()
            ));
        }
        let answers: Vec<_> = stream::iter(missing.into_iter().take(SERVICES))
            .map(|name| async move {
                let filter = SpanFilter {
                    service: Some(name.clone()),
                    ..SpanFilter::default()
                };
                client
                    .recent_traces(&filter, self.range, OF_A_SERVICE, self.deadline)
                    .await
            })
            .buffered(AT_ONCE)
            .collect()
            .await;
        let mut traces = Vec::new();
        let mut failure = None;
        for answer in answers {
            match answer {
                Ok(recent) => traces.extend(recent.traces),
                Err(fault) => failure = Some(fault),
            }
        }
        if let Some(fault) = failure {
            notes.push(format!(
                "traces of some services could not be searched for: {fault}"
            ));
        }
        traces
    }
}
