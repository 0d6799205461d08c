//! What a service counts about itself.

use futures_util::{StreamExt, stream};
use ptctl_diagnosis::{
    export::Library,
    observed::{Gap, Observed, Probe},
    snapshot::{Container, Role, ServiceMetrics, SpanCounters},
    subject::Subject,
};
use url::Url;

use super::{Look, way::ways};
use crate::{
    clients::{
        exposition::{self, Sample},
        http::{HttpClient, HttpFault},
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
    let (port, path) = place(container)?;
    let gap = |reason: String| {
        let subject = Subject::Service(container.display_name().to_owned());
        Some(Observed::Unknown(Gap::new(
            Probe::ServiceMetrics,
            subject,
            reason,
        )))
    };
    if !container.is_running() {
        return gap(format!(
            "the container is {}",
            container.state.status.word()
        ));
    }
    let deadline = look.http_deadline();
    let ways = ways(container, port, look.engine.endpoint(), look.addresses);
    let count = ways.len();
    if count == 0 {
        return gap(format!(
            "port {port} is not published, and container addresses cannot be reached from here"
        ));
    }
    let path = path.as_str();
    let answers = stream::iter(ways).map(|way| async move {
        let address = format!("{}{path}", way.url());
        let url = Url::parse(&address).map_err(|error| HttpFault::Answer(error.to_string()))?;
        let body = http.get(url, deadline).await?;
        Ok::<_, HttpFault>((address, body))
    });
    let mut answers = std::pin::pin!(answers.buffered(count));
    let mut first_fault = None;
    while let Some(answer) = answers.next().await {
        match answer {
            Ok((url, body)) => {
                return Some(Observed::Known(read(url, &String::from_utf8_lossy(&body))));
            }
            Err(fault) => {
                first_fault.get_or_insert(fault);
            }
        }
    }
    gap(first_fault
        .map(|fault| fault.to_string())
        .unwrap_or_default())
}

/// The port and path of a container's metrics: by its label, else by our library's convention.
fn place(container: &Container) -> Option<(u16, String)> {
    if container.role != Role::Service {
        return None;
    }
    if let Some(label) = container.label(METRICS_LABEL) {
        let (port, path) = label.split_once('/').unwrap_or((label, "metrics"));
        return Some((port.parse().ok()?, format!("/{path}")));
    }
    match (Library::of(container), container.exposed_ports.as_slice()) {
        (Library::Ours, [port]) => Some((*port, "/metrics".to_owned())),
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
    ServiceMetrics {
        url,
        requests,
        spans,
    }
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
            "telemetry_spans_made_total 12\ntelemetry_spans_sent_total 10\n",
            "telemetry_spans_failed_total 0\ntelemetry_spans_dropped_total 0\ntelemetry_spans_waiting 2\n",
        );
        let metrics = read("u".into(), text);
        assert_eq!(metrics.requests, Some(5));
        let spans = SpanCounters {
            made: 12,
            sent: 10,
            failed: 0,
            dropped: 0,
            waiting: 2,
        };
        assert_eq!(metrics.spans, Some(spans));
    }

    #[test]
    fn metrics_of_another_library_say_nothing_about_spans() {
        let metrics = read("u".into(), "process_cpu_seconds_total 1\n");
        assert_eq!((metrics.requests, metrics.spans), (None, None));
    }
}
