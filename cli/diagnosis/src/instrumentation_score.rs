//! The Instrumentation Score, as far as traces answer its rules
//! (<https://github.com/instrumentation-score/spec>, version 0.1).
//!
//! Left out are the rules of metrics, logs and SDK versions, those of Kubernetes (`RES-002`, `RES-003`), and `SPA-003`, for
//! which the specification has no criterion yet.

use std::collections::HashMap;

use crate::{
    trace::{Origin, Span, SpanKind, TraceId, Wholeness},
    view::SeenTrace,
};

/// How much a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    /// 40.
    Critical,
    /// 30.
    Important,
    /// 20.
    Normal,
}

impl Impact {
    fn weight(self) -> u32 {
        match self {
            Self::Critical => 40,
            Self::Important => 30,
            Self::Normal => 20,
        }
    }

    /// Its word in a report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Important => "important",
            Self::Normal => "normal",
        }
    }
}

/// A rule of the specification.
#[derive(Debug)]
pub struct Rule {
    /// Its id there.
    pub id: &'static str,
    /// How much it counts.
    pub impact: Impact,
    /// What to do where it is broken, as the rest of a sentence.
    pub advice: &'static str,
    breaks: fn(&Spans<'_>) -> Option<Breach>,
}

/// How many rules the specification has.
pub const SPECIFIED: usize = 19;

/// The rules that traces answer, those that count most first.
pub static RULES: [Rule; 7] = [
    Rule {
        id: "RES-005",
        impact: Impact::Critical,
        advice: "set `OTEL_SERVICE_NAME`",
        breaks: without_name,
    },
    Rule {
        id: "RES-004",
        impact: Impact::Important,
        advice: "put what is true of the whole process into `OTEL_RESOURCE_ATTRIBUTES`, and what is true of one request on its span",
        breaks: on_wrong_level,
    },
    Rule {
        id: "SPA-004",
        impact: Impact::Important,
        advice: "begin a span for what causes its calls: the request, the message, the run of a job",
        breaks: begun_by_client,
    },
    Rule {
        id: "SPA-005",
        impact: Impact::Important,
        advice: "record short steps as events or attributes of the span around them",
        breaks: many_short,
    },
    Rule {
        id: "SPA-002",
        impact: Impact::Normal,
        advice: "see to it that whoever records the parents sends them to the same Tempo",
        breaks: orphan,
    },
    Rule {
        id: "SPA-001",
        impact: Impact::Normal,
        advice: "leave out spans for steps within the program that nobody asks for",
        breaks: many_internal,
    },
    Rule {
        id: "RES-001",
        impact: Impact::Normal,
        advice: "set `service.instance.id` in its resource",
        breaks: without_instance,
    },
];

/// The score of one service.
#[derive(Debug)]
pub struct Score {
    /// The rules that its spans break, those that count most first.
    pub broken: Vec<Broken>,
}

/// A rule that is broken.
#[derive(Debug)]
pub struct Broken {
    /// The rule.
    pub rule: &'static Rule,
    /// Where, as a fragment.
    pub example: String,
    /// The trace's page in its backend's API.
    pub page: String,
}

impl Score {
    /// The score of the service with this name; `None` where there is no span of it.
    pub fn of(service: &str, traces: &[&SeenTrace<'_>]) -> Option<Self> {
        let spans = Spans { service, traces };
        spans.all().next()?;
        let broken = RULES.iter().filter_map(|rule| {
            let breach = (rule.breaks)(&spans)?;
            let seen = traces.iter().find(|seen| seen.trace.id() == breach.trace)?;
            Some(Broken {
                rule,
                page: seen.evidence("").source,
                example: breach.example,
            })
        });
        Some(Self {
            broken: broken.collect(),
        })
    }

    /// From 0 to 100: what the kept rules weigh, of what all weigh.
    pub fn points(&self) -> u32 {
        let all: u32 = RULES.iter().map(|rule| rule.impact.weight()).sum();
        let lost: u32 = self
            .broken
            .iter()
            .map(|broken| broken.rule.impact.weight())
            .sum();
        (all - lost) * 100 / all
    }
}

/// The spans of one service.
struct Spans<'a> {
    service: &'a str,
    traces: &'a [&'a SeenTrace<'a>],
}

/// Where a rule is broken.
struct Breach {
    trace: TraceId,
    example: String,
}

impl Spans<'_> {
    fn all(&self) -> impl Iterator<Item = (&SeenTrace<'_>, &Span)> {
        self.traces
            .iter()
            .flat_map(|seen| seen.spans_of(self.service).map(|(_, span)| (*seen, span)))
    }

    /// The first span that is so.
    fn first(&self, is: impl Fn(&Span) -> Option<String>) -> Option<Breach> {
        self.all().find_map(|(seen, span)| {
            Some(Breach {
                trace: seen.trace.id(),
                example: is(span)?,
            })
        })
    }

    /// The trace with the most spans of this form, where it has more than so many.
    fn more_than(&self, most: usize, what: &str, is: impl Fn(&Span) -> bool) -> Option<Breach> {
        let mut counts: HashMap<TraceId, usize> = HashMap::new();
        for (seen, span) in self.all() {
            *counts.entry(seen.trace.id()).or_default() += usize::from(is(span));
        }
        let (trace, count) = counts
            .into_iter()
            .max_by_key(|(trace, count)| (*count, *trace))?;
        (count > most).then(|| Breach {
            trace,
            example: format!("{count} spans {what} in one trace, where {most} are enough"),
        })
    }
}

fn without_name(spans: &Spans<'_>) -> Option<Breach> {
    spans.first(|span| {
        let name = span.service().unwrap_or_default();
        (name.is_empty() || name.starts_with("unknown_service"))
            .then(|| format!("`{}` has no `service.name`", span.name))
    })
}

fn without_instance(spans: &Spans<'_>) -> Option<Breach> {
    spans.first(|span| {
        let mut attributes = span.resource.attributes.iter();
        let has = attributes.any(|(key, _)| key == "service.instance.id");
        (!has).then(|| {
            format!(
                "the resource of `{}` has no `service.instance.id`",
                span.name
            )
        })
    })
}

/// Attributes that the conventions give to the process alone
/// (<https://opentelemetry.io/docs/specs/semconv/resource/>).
const OF_PROCESS: [&str; 15] = [
    "service.name",
    "service.namespace",
    "service.version",
    "service.instance.id",
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
    "deployment.environment",
    "deployment.environment.name",
    "host.name",
    "container.id",
    "k8s.pod.name",
    "k8s.pod.uid",
    "k8s.namespace.name",
    "process.pid",
];
/// How those begin that they give to one request.
const OF_REQUEST: [&str; 5] = [
    "http.request.",
    "http.response.",
    "db.query.",
    "url.",
    "rpc.method",
];

fn on_wrong_level(spans: &Spans<'_>) -> Option<Breach> {
    spans.first(|span| {
        let mut own = span.attributes.iter().map(|(key, _)| key.as_str());
        let mut of_process = span.resource.attributes.iter().map(|(key, _)| key.as_str());
        if let Some(key) = own.find(|key| OF_PROCESS.contains(key)) {
            return Some(format!(
                "`{}` has `{key}` as an attribute of its own",
                span.name
            ));
        }
        let key = of_process.find(|key| OF_REQUEST.iter().any(|start| key.starts_with(start)))?;
        Some(format!("the resource of `{}` has `{key}`", span.name))
    })
}

fn begun_by_client(spans: &Spans<'_>) -> Option<Breach> {
    spans.first(|span| {
        (span.parent.is_none() && span.kind == SpanKind::Client)
            .then(|| format!("the root `{}` is of kind CLIENT", span.name))
    })
}

fn orphan(spans: &Spans<'_>) -> Option<Breach> {
    let whole = spans
        .traces
        .iter()
        .filter(|seen| seen.wholeness == Wholeness::Whole);
    whole.into_iter().find_map(|seen| {
        let mut tops = seen.trace.tops().iter();
        let top = tops.find(|top| {
            let span = &seen.trace.spans()[top.span];
            matches!(top.origin, Origin::Orphan(_)) && span.service() == Some(spans.service)
        })?;
        Some(Breach {
            trace: seen.trace.id(),
            example: format!(
                "the parent of `{}` is missing",
                seen.trace.spans()[top.span].name
            ),
        })
    })
}

fn many_internal(spans: &Spans<'_>) -> Option<Breach> {
    spans.more_than(10, "of kind INTERNAL", |span| {
        span.kind == SpanKind::Internal
    })
}

fn many_short(spans: &Spans<'_>) -> Option<Breach> {
    const SHORT: u64 = 5_000_000;
    spans.more_than(20, "of less than 5 ms", |span| span.duration() < SHORT)
}
