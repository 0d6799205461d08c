//! `ptctl latency`.

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    snapshot::CANARY_SERVICE,
    trace::{Trace, figures::operations},
    traceql::SpanFilter,
};

use super::backends::{TRACES, ask_each, range, refused, request};
use crate::{
    cli::{Format, Global, LatencyArguments},
    clients::{deadline::Deadline, http::HttpFault, tempo::SearchRange},
    error::CommandError,
    exit::Exit,
    gather::Door,
    output::Output,
    render::{self, Counted, Latency, LatencyFrom, Sample},
};

/// What ended later may not have been counted yet: Tempo 3 leaves the last 30 s out, and what is sent takes its time.
const COUNTED_AFTER: SignedDuration = SignedDuration::from_secs(45);

pub(super) async fn run(
    global: &Global,
    args: LatencyArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let now = Timestamp::now();
    let range = range(args.since, args.until, now)?;
    let request = request(global, args.way.clone())?;
    let deadline = Deadline::after(request.timeout);
    let question = Question {
        filter: SpanFilter {
            service: args.only.clone().or_else(|| args.service.clone()),
            operation: args.operation.clone(),
            ..SpanFilter::default()
        },
        range,
        counted_until: range
            .until
            .min(now.saturating_sub(COUNTED_AFTER).unwrap_or(now)),
        traces: args.traces,
        deadline,
    };
    output.progress("measuring …");
    let answers = ask_each(&request, deadline, output, async |door| {
        question.ask(door).await
    })
    .await?;
    let exit = ends(answers.exit, &answers.all);
    let latency = Latency {
        filter: question.filter.to_string(),
        range,
        sort: args.sort,
        limit: args.limit as usize,
        from: answers.all,
    };
    let text = match args.output.output {
        Format::Table => {
            let mut page = output.page();
            render::latency(&mut page, &latency);
            page.into_text()
        }
        Format::Json => render::json(&latency.document()).map_err(CommandError::Json)?,
    };
    output.answer(&text)?;
    Ok(exit)
}

/// A sample that was cut short is a partial answer.
fn ends(exit: Exit, from: &[LatencyFrom]) -> Exit {
    let is_late = from.iter().any(|from| match &from.counted {
        Counted::Metrics { .. } => false,
        Counted::Traces { sample, .. } => sample.is_late(),
    });
    match exit {
        Exit::Ok if is_late => Exit::Deadline,
        exit => exit,
    }
}

struct Question {
    filter: SpanFilter,
    range: SearchRange,
    /// By then everything is counted.
    counted_until: Timestamp,
    traces: Option<u32>,
    deadline: Deadline,
}

impl Question {
    async fn ask(&self, door: &Door) -> Result<LatencyFrom, CommandError> {
        let because = match self.traces {
            Some(_) => None,
            None => match self.metrics(door).await? {
                Ok(from) => return Ok(from),
                Err(because) => Some(because),
            },
        };
        self.sample(door, because).await
    }

    /// What Tempo has counted itself; `Err` says why nothing of that can be used.
    async fn metrics(&self, door: &Door) -> Result<Result<LatencyFrom, String>, CommandError> {
        let range = SearchRange {
            since: self.range.since,
            until: self.counted_until,
        };
        if range.since.as_second() >= range.until.as_second() {
            return Ok(Err("they do not count the last 45 s".to_owned()));
        }
        let metrics = door
            .client
            .span_metrics(&self.filter, range, self.deadline)
            .await;
        let mut metrics = match metrics {
            Ok(metrics) => metrics,
            // Without the part that counts, Tempo 2 answers 500; what copies Tempo, and what is older, 404.
            Err(
                fault @ HttpFault::Status {
                    status: 404 | 500..,
                    ..
                },
            ) => {
                return Ok(Err(fault.to_string()));
            }
            Err(fault) => return Err(refused(door, &self.filter.to_string(), fault)),
        };
        metrics
            .operations
            .retain(|operation, _| operation.service.as_deref() != Some(CANARY_SERVICE));
        if metrics.operations.is_empty() {
            // A Tempo that keeps no counts of older spans says the same.
            return Ok(Err("they count no span of this time".to_owned()));
        }
        Ok(Ok(LatencyFrom {
            tempo: door.name.clone(),
            reached: door.reached.to_string(),
            counted: Counted::Metrics {
                range,
                partial: metrics.partial,
            },
            operations: metrics.operations,
        }))
    }

    /// What the newest traces tell.
    async fn sample(
        &self,
        door: &Door,
        because: Option<String>,
    ) -> Result<LatencyFrom, CommandError> {
        let limit = self.traces.unwrap_or(TRACES);
        let recent = door
            .client
            .recent_traces(&self.filter, self.range, limit, self.deadline)
            .await
            .map_err(|fault| refused(door, &self.filter.to_string(), fault))?;
        let spans = recent.traces.iter().flat_map(Trace::spans);
        let spans = spans.filter(|span| {
            let is = |wanted: &Option<String>, is: Option<&str>| {
                wanted.as_deref().is_none_or(|wanted| is == Some(wanted))
            };
            is(&self.filter.service, span.service())
                && is(&self.filter.operation, Some(&span.name))
                && span.service() != Some(CANARY_SERVICE)
        });
        Ok(LatencyFrom {
            tempo: door.name.clone(),
            reached: door.reached.to_string(),
            operations: operations(spans),
            counted: Counted::Traces {
                sample: Sample::of(&recent, limit),
                because,
            },
        })
    }
}
