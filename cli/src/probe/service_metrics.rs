//! What a service counts about itself.

use ptctl_diagnosis::{
    export::Library,
    observed::{Gap, Observed, Probe},
    snapshot::{Container, Readiness, Role, ServiceMetrics, SpanCounters},
    subject::Subject,
};

use super::{Look, page};
use crate::{
    clients::{
        exposition::{self, Sample},
        http::HttpClient,
    },
    logs::is_monitoring,
};

/// The label by which anybody can say where a container's metrics are: `8080/metrics`.
const METRICS_LABEL: &str = "dev.ptctl.metrics";

const REQUESTS: &str = "http_requests_total";
const MADE: &str = "telemetry_spans_made_total";
const SENT: &str = "telemetry_spans_sent_total";
const FAILED: &str = "telemetry_spans_failed_total";
const DROPPED: &str = "telemetry_spans_dropped_total";
const WAITING: &str = "telemetry_spans_waiting";
const METRICS: [&str; 6] = [REQUESTS, MADE, SENT, FAILED, DROPPED, WAITING];

/// What a container says about itself; `None` where nothing tells that it has metrics.
pub(crate) async fn of(
    look: &Look<'_>,
    http: &HttpClient,
    container: &Container,
) -> Option<Observed<ServiceMetrics>> {
    let place = place(container)?;
    let answer = async {
        let Place { port, path } = place?;
        let page = page::ask(look, http, container, port, &path).await?;
        match page.ready {
            Readiness::Ready => Ok(read(format!("{}{path}", page.reached.url()), &page.body)),
            Readiness::NotReady { status, .. } => Err(format!("its metrics: HTTP {status}")),
            Readiness::NoAnswer { reason } => Err(reason),
        }
    };
    let subject = Subject::Service(container.display_name().to_owned());
    let metrics = answer
        .await
        .map_err(|reason: String| Gap::new(Probe::ServiceMetrics, subject, reason));
    Some(metrics.into())
}

/// Where a container's metrics are.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    port: u16,
    path: String,
}

/// Where a container's metrics are, by its label, else by our library's convention; `Err` for a label that cannot be
/// understood.
fn place(container: &Container) -> Option<Result<Place, String>> {
    if container.role != Role::Service {
        return None;
    }
    if let Some(label) = container.label(METRICS_LABEL) {
        let (port, path) = label.split_once('/').unwrap_or((label, "metrics"));
        let place = match port.parse() {
            Ok(port) => Ok(Place {
                port,
                path: format!("/{path}"),
            }),
            Err(_) => Err(format!(
                "its label `{METRICS_LABEL}` is `{label}`, not a port and a path such as `8080/metrics`"
            )),
        };
        return Some(place);
    }
    match (Library::of(container), container.exposed_ports.as_slice()) {
        (Library::Ours, [port]) => Some(Ok(Place {
            port: *port,
            path: "/metrics".to_owned(),
        })),
        (Library::Ours | Library::Unknown, _) => None,
    }
}

fn read(url: String, text: &str) -> ServiceMetrics {
    let samples = exposition::samples(text, |name| METRICS.contains(&name));
    let sum = |name: &str, counts: fn(&Sample) -> bool| {
        let mut values = samples
            .iter()
            .filter(|sample| sample.name == name)
            .peekable();
        values.peek()?;
        Some(
            values
                .filter(|sample| counts(sample))
                .filter_map(Sample::count)
                .sum(),
        )
    };
    let all = |name| sum(name, |_| true);
    let spans = all(MADE).map(|made| SpanCounters {
        made,
        sent: all(SENT).unwrap_or(0),
        failed: all(FAILED).unwrap_or(0),
        dropped: all(DROPPED).unwrap_or(0),
        waiting: all(WAITING).unwrap_or(0),
    });
    // A service of ours shows a route from its first request on.
    let requests = sum(REQUESTS, is_of_a_caller).or(spans.map(|_| 0));
    let tells_answers_apart = samples
        .iter()
        .filter(|sample| sample.name == REQUESTS)
        .all(|sample| status(sample).is_some());
    let failed = sum(REQUESTS, |sample| {
        is_of_a_caller(sample) && is_failed(sample)
    });
    let failed_requests = requests
        .filter(|_| tells_answers_apart)
        .map(|_| failed.unwrap_or(0));
    ServiceMetrics {
        url,
        requests,
        failed_requests,
        spans,
    }
}

fn status(sample: &Sample) -> Option<&str> {
    ["status", "code", "status_code", "http_status_code"]
        .iter()
        .find_map(|name| sample.label(name))
}

fn is_failed(sample: &Sample) -> bool {
    status(sample).is_some_and(|status| status.starts_with('5'))
}

fn is_of_a_caller(sample: &Sample) -> bool {
    let route = ["route", "http_route", "path", "handler"]
        .iter()
        .find_map(|name| sample.label(name));
    !route.is_some_and(is_monitoring)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_monitors_are_not_requests() {
        let text = concat!(
            "http_requests_total{route=\"/health\",status=\"200\"} 90\n",
            "http_requests_total{route=\"/api/scrape\",status=\"201\"} 4\n",
            "http_requests_total{route=\"/api/scrape\",status=\"502\"} 1\n",
            "telemetry_spans_made_total 15\ntelemetry_spans_sent_total 10\n",
            "telemetry_spans_failed_total 0\ntelemetry_spans_waiting 2\n",
            "telemetry_spans_dropped_total{reason=\"buffer_full\"} 2\n",
            "telemetry_spans_dropped_total{reason=\"queue_full\"} 1\n",
        );
        let metrics = read("u".into(), text);
        assert_eq!(metrics.requests, Some(5));
        assert_eq!(metrics.failed_requests, Some(1));
        let spans = SpanCounters {
            made: 15,
            sent: 10,
            failed: 0,
            dropped: 3,
            waiting: 2,
        };
        assert_eq!(metrics.spans, Some(spans));
    }

    #[test]
    fn a_label_that_cannot_be_understood_is_told_and_not_passed_over() {
        let mut snapshot = ptctl_diagnosis::fixtures::healthy();
        let container = snapshot.service_mut("scraper");
        let place_of = |label: &str| {
            let mut container = container.clone();
            let label = (METRICS_LABEL.to_owned(), label.to_owned());
            container.labels.push(label);
            place(&container)
        };
        let expected = Place {
            port: 8080,
            path: "/internal/metrics".to_owned(),
        };
        assert_eq!(place_of("8080/internal/metrics"), Some(Ok(expected)));
        assert!(matches!(place_of("metrics"), Some(Err(reason)) if reason.contains("`metrics`")));
    }

    #[test]
    fn metrics_of_another_library_say_nothing_about_spans() {
        let metrics = read("u".into(), "process_cpu_seconds_total 1\n");
        assert_eq!((metrics.requests, metrics.spans), (None, None));
    }
}
