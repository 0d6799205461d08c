//! A collector: its configuration, its health page and its own counters.

use ptctl_diagnosis::{
    collector::{ConfigSource, HealthPage, Pipelines},
    document::Document,
    observed::{Gap, Observed, Probe},
    snapshot::{
        AlloyDocument, Collector, CollectorConfig, CollectorFlavour, CollectorMetrics, Container,
        Readiness,
    },
    subject::Subject,
};

use super::{
    Look,
    file::{self, File, Files},
    page,
};
use crate::clients::{exposition, http::HttpClient};

/// Looks at one collector, which findings call `name`.
pub(crate) async fn of(
    look: &Look<'_>,
    http: &HttpClient,
    container: &Container,
    name: &str,
) -> Collector {
    let gap = |probe, reason: String| {
        let subject = Subject::Collector(name.to_owned());
        Gap::new(probe, subject, reason)
    };
    let flavour = CollectorFlavour::of(container);
    let config: Observed<CollectorConfig> = config(Files::Container(look), container, flavour)
        .await
        .map_err(|reason| gap(Probe::CollectorConfig, reason))
        .into();
    let pipelines = config.known().map(|config| Pipelines::of(config, flavour));
    let health = match flavour {
        CollectorFlavour::OpenTelemetry => pipelines
            .as_ref()
            .and_then(|pipelines| pipelines.health.clone()),
        CollectorFlavour::Alloy | CollectorFlavour::GrafanaAgent => Some(Ok(HealthPage {
            port: http_port(container),
            path: "/-/ready".to_owned(),
        })),
    };
    let metrics_port = match flavour {
        CollectorFlavour::OpenTelemetry => pipelines
            .as_ref()
            .map_or(8888, |pipelines| pipelines.metrics_port),
        CollectorFlavour::Alloy | CollectorFlavour::GrafanaAgent => http_port(container),
    };
    let (page, counters) = tokio::join!(
        async {
            match &health {
                Some(Ok(health)) => {
                    page::ask(look, http, container, health.port, &health.path).await
                }
                Some(Err(endpoint)) => Err(format!(
                    "the endpoint of its health page cannot be read: `{endpoint}`"
                )),
                None => Err("it has no health page switched on".to_owned()),
            }
        },
        page::ask(look, http, container, metrics_port, "/metrics"),
    );
    let unreached = |reason: &String| gap(Probe::CollectorMetrics, reason.clone());
    Collector {
        container: container.id.clone(),
        flavour,
        config,
        reached: page
            .as_ref()
            .map(|page| page.reached.clone())
            .map_err(unreached)
            .into(),
        ready: page
            .as_ref()
            .map(|page| page.ready.clone())
            .map_err(unreached)
            .into(),
        metrics: counters
            .and_then(|page| match page.ready {
                Readiness::Ready => Ok(metrics(
                    format!("{}/metrics", page.reached.url()),
                    &page.body,
                )),
                Readiness::NotReady { status, .. } => Err(format!("its metrics: HTTP {status}")),
                Readiness::NoAnswer { reason } => Err(format!("its metrics: {reason}")),
            })
            .map_err(|reason| gap(Probe::CollectorMetrics, reason))
            .into(),
    }
}

/// The port of Alloy's and Grafana Agent's own pages.
fn http_port(container: &Container) -> u16 {
    ["server.http.listen-addr", "server.http.address"]
        .iter()
        .find_map(|name| {
            let address = file::flag(&container.command, name)?;
            address.rsplit_once(':')?.1.parse().ok()
        })
        .unwrap_or(12345)
}

/// The configuration of a collector, or why it could not be read.
pub(crate) async fn config(
    from: Files<'_>,
    container: &Container,
    flavour: CollectorFlavour,
) -> Result<CollectorConfig, String> {
    let mut files: Vec<File> = Vec::new();
    for source in flavour.sources(&container.command) {
        let path = match source {
            ConfigSource::File(path) => path,
            ConfigSource::Elsewhere(uri) => {
                let scheme = uri.split(':').next().unwrap_or_default();
                return Err(format!("it reads a part of it from `{scheme}:`"));
            }
        };
        match (file::at(from, container, &path).await, flavour) {
            (Ok(file), _) => files.push(file),
            // Alloy takes a folder as well.
            (Err(reason), CollectorFlavour::Alloy) => {
                let folder = file::folder(from, container, &path, &[".alloy", ".river"]).await?;
                files.extend(folder.filter(|files| !files.is_empty()).ok_or(reason)?);
            }
            (Err(reason), CollectorFlavour::OpenTelemetry | CollectorFlavour::GrafanaAgent) => {
                return Err(reason);
            }
        }
    }
    let refused = |file: &File, error: &dyn std::fmt::Display| format!("`{}`: {error}", file.path);
    match flavour {
        CollectorFlavour::OpenTelemetry | CollectorFlavour::GrafanaAgent => files
            .iter()
            .map(|file| {
                Document::read(&file.path, &file.text)
                    .map(|document| document.with_variables_of(container).redacted())
                    .map_err(|error| refused(file, &error))
            })
            .collect::<Result<_, _>>()
            .map(CollectorConfig::Yaml),
        CollectorFlavour::Alloy => files
            .iter()
            .map(|file| {
                AlloyDocument::read(&file.path, &file.text)
                    .map(|document| document.with_variables_of(container))
                    .map_err(|error| refused(file, &error))
            })
            .collect::<Result<_, _>>()
            .map(CollectorConfig::Blocks),
    }
}

const ACCEPTED: &str = "otelcol_receiver_accepted_spans";
const REFUSED: &str = "otelcol_receiver_refused_spans";
const SENT: &str = "otelcol_exporter_sent_spans";
const SEND_FAILED: &str = "otelcol_exporter_send_failed_spans";
const ENQUEUE_FAILED: &str = "otelcol_exporter_enqueue_failed_spans";
const QUEUE_SIZE: &str = "otelcol_exporter_queue_size";
const QUEUE_CAPACITY: &str = "otelcol_exporter_queue_capacity";

/// The counters of spans; newer collectors add `_total` to the names.
fn metrics(url: String, text: &str) -> CollectorMetrics {
    let mut metrics = CollectorMetrics {
        url,
        ..CollectorMetrics::default()
    };
    for sample in exposition::samples(text, |name| name.starts_with("otelcol_")) {
        let Some(count) = sample.count() else {
            continue;
        };
        let name = sample.name.strip_suffix("_total").unwrap_or(&sample.name);
        match name {
            ACCEPTED => add(&mut metrics.accepted, count),
            REFUSED => add(&mut metrics.refused, count),
            SENT => add(&mut metrics.sent, count),
            SEND_FAILED => add(&mut metrics.send_failed, count),
            ENQUEUE_FAILED => add(&mut metrics.enqueue_failed, count),
            QUEUE_SIZE => add(&mut metrics.queue_size, count),
            QUEUE_CAPACITY => add(&mut metrics.queue_capacity, count),
            _ => {}
        }
    }
    // Who shows one of two counters counts by both, and has nothing to show of the other.
    if metrics.accepted.or(metrics.refused).is_some() {
        add(&mut metrics.accepted, 0);
        add(&mut metrics.refused, 0);
    }
    if metrics.sent.or(metrics.send_failed).is_some() {
        add(&mut metrics.sent, 0);
        add(&mut metrics.send_failed, 0);
        add(&mut metrics.enqueue_failed, 0);
    }
    metrics
}

fn add(sum: &mut Option<u64>, count: u64) {
    *sum = Some(sum.unwrap_or(0).saturating_add(count));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_that_a_page_does_not_show_is_unknown() {
        let text = concat!(
            "otelcol_process_uptime_total 12\n",
            "otelcol_receiver_accepted_spans__spans__total{receiver=\"otlp\"} 7\n",
        );
        let metrics = metrics("u".to_owned(), text);
        assert_eq!((metrics.accepted, metrics.refused), (None, None));
        assert_eq!((metrics.sent, metrics.send_failed), (None, None));
    }

    #[test]
    fn counters_are_read_with_and_without_their_ending() {
        let text = concat!(
            "otelcol_receiver_accepted_spans{receiver=\"otlp\",transport=\"grpc\"} 7\n",
            "otelcol_receiver_accepted_spans{receiver=\"otlp\",transport=\"http\"} 2\n",
            "otelcol_exporter_sent_spans_total{exporter=\"otlp\"} 5\n",
            "otelcol_exporter_send_failed_spans_total{exporter=\"otlp\"} 3\n",
            "otelcol_exporter_queue_size{exporter=\"otlp\"} 4\n",
            "otelcol_receiver_accepted_metric_points_total{receiver=\"otlp\"} 99\n",
        );
        let metrics = metrics("u".to_owned(), text);
        assert_eq!(
            (metrics.accepted, metrics.sent, metrics.send_failed),
            (Some(9), Some(5), Some(3))
        );
        assert_eq!(
            (metrics.refused, metrics.enqueue_failed),
            (Some(0), Some(0))
        );
        assert_eq!(
            (metrics.queue_size, metrics.queue_capacity),
            (Some(4), None)
        );
    }
}
