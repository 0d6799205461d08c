//! Grafana Alloy's configuration: reading its blocks, and what those of OpenTelemetry do with traces.

mod graph;
mod read;

pub(super) use self::graph::pipelines;
pub use self::read::NotAlloy;
