//! What stands between the services and Tempo, and around it: collectors, Grafana, Loki, Prometheus.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ContainerId, Reached, Readiness};
use crate::{document::Document, observed::Observed};

/// An OpenTelemetry Collector, Alloy or Grafana Agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collector {
    /// Its container.
    pub container: ContainerId,
    /// Whose configuration language it speaks.
    pub flavour: CollectorFlavour,
    /// Its configuration files.
    pub config: Observed<CollectorConfig>,
    /// How its own HTTP pages (health, metrics) are reached from here.
    pub reached: Observed<Reached>,
    /// What its health page said.
    pub ready: Observed<Readiness>,
    /// Its own counters.
    pub metrics: Observed<CollectorMetrics>,
}

/// The programs that pass traces on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectorFlavour {
    /// OpenTelemetry Collector and its distributions: YAML.
    OpenTelemetry,
    /// Grafana Alloy: its own block language.
    Alloy,
    /// Grafana Agent, Alloy's forerunner, in static mode: YAML.
    GrafanaAgent,
}

/// A collector's configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectorConfig {
    /// Files of sections: `receivers`, `processors`, `exporters`, `service`. A later one wins over an earlier one.
    Yaml(Vec<Document>),
    /// The blocks of Alloy's files.
    Blocks(Vec<AlloyDocument>),
}

/// The blocks of an Alloy configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlloyDocument {
    /// The file, as a person would open it.
    pub file: String,
    /// Its blocks, in the order of the file.
    pub blocks: Vec<AlloyBlock>,
}

/// One block: `otelcol.exporter.otlp "tempo" { … }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlloyBlock {
    /// Its name: `otelcol.exporter.otlp`.
    pub name: String,
    /// Its label, where it has one.
    pub label: Option<String>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// Its attributes as they are written, redacted.
    pub attributes: Vec<AlloyAttribute>,
    /// The blocks inside of it.
    pub blocks: Vec<AlloyBlock>,
}

/// One attribute of a block: `endpoint = "tempo:4317"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlloyAttribute {
    /// Its name.
    pub name: String,
    /// Its value as it is written, quotes included: `"tempo:4317"`, `[otelcol.exporter.otlp.tempo.input]`.
    pub value: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// A collector's counters of spans since its start, summed over its receivers and exporters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectorMetrics {
    /// Where they were read.
    pub url: String,
    /// `otelcol_receiver_accepted_spans`; `None`, as with each of these, where its page shows nothing of the kind: it may
    /// count under another name, or not at all.
    pub accepted: Option<u64>,
    /// `otelcol_receiver_refused_spans`.
    pub refused: Option<u64>,
    /// `otelcol_exporter_sent_spans`.
    pub sent: Option<u64>,
    /// `otelcol_exporter_send_failed_spans`.
    pub send_failed: Option<u64>,
    /// `otelcol_exporter_enqueue_failed_spans`.
    pub enqueue_failed: Option<u64>,
    /// `otelcol_exporter_queue_size`, summed.
    pub queue_size: Option<u64>,
    /// `otelcol_exporter_queue_capacity`, summed.
    pub queue_capacity: Option<u64>,
}

impl CollectorMetrics {
    /// What came in and went out, for a person: `spans accepted 9, sent 5, failed 3`.
    pub fn shown(&self) -> String {
        let count =
            |count: Option<u64>| count.map_or("unknown".to_owned(), |count| count.to_string());
        format!(
            "spans accepted {}, sent {}, failed {}",
            count(self.accepted),
            count(self.sent),
            count(self.send_failed)
        )
    }
}

/// A Grafana.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grafana {
    /// Its container.
    pub container: ContainerId,
    /// How its HTTP API is reached from here.
    pub reached: Observed<Reached>,
    /// What `/api/health` said.
    pub ready: Observed<Readiness>,
    /// Its version.
    pub version: Observed<String>,
    /// Its data sources as its API gives them, where that answers without credentials.
    pub data_sources: Observed<Vec<DataSource>>,
    /// Its data sources as its provisioning files define them.
    pub provisioned: Observed<Vec<DataSource>>,
}

/// One data source of Grafana.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataSource {
    /// Its uid; `None` where a provisioning file leaves it to Grafana.
    pub uid: Option<String>,
    /// Its name.
    pub name: String,
    /// Its type: `tempo`, `loki`, `prometheus`.
    pub kind: String,
    /// Where it asks, credentials redacted.
    pub url: Option<String>,
    /// Whole, as it stands in a file or in the API's answer, so that each setting knows its place; secrets redacted.
    pub entry: Document,
}

/// A Loki.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loki {
    /// Its container.
    pub container: ContainerId,
    /// How its HTTP API is reached from here.
    pub reached: Observed<Reached>,
    /// What `/ready` said.
    pub ready: Observed<Readiness>,
    /// Its labels, from `/loki/api/v1/labels`.
    pub labels: Observed<Vec<String>>,
    /// The names under which it has logs: each label that names services or containers, with its values.
    pub sources: Observed<Vec<LogSource>>,
    /// Its last lines that carry a trace id in any form, redacted; at most 20.
    pub lines_with_ids: Observed<Vec<String>>,
}

/// One label of Loki's that names services or containers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSource {
    /// The label.
    pub label: String,
    /// Its values within the window.
    pub values: Vec<String>,
}

/// A Prometheus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prometheus {
    /// Its container.
    pub container: ContainerId,
    /// How its HTTP API is reached from here.
    pub reached: Observed<Reached>,
    /// What `/-/ready` said.
    pub ready: Observed<Readiness>,
    /// Its targets, from `/api/v1/targets`.
    pub targets: Observed<Vec<ScrapeTarget>>,
    /// Its configuration file.
    pub config: Observed<Document>,
}

/// One scrape target of Prometheus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrapeTarget {
    /// Its job.
    pub job: String,
    /// Its address, credentials redacted.
    pub url: String,
    /// `up`, `down` or `unknown`.
    pub health: String,
    /// Why the last scrape failed; empty where it did not.
    pub last_error: String,
    /// When it was scraped last, by Prometheus' clock.
    #[serde(default)]
    pub last_scrape: Option<Timestamp>,
}
