//! What a collector does with traces, told from its configuration: the OpenTelemetry Collector's, Grafana Agent's,
//! Alloy's. The checks see one shape, whichever language it was written in.

mod agent;
mod alloy;
mod command;
mod layers;
mod open_telemetry;
mod pipelines;
mod version;

pub use self::{
    alloy::NotAlloy,
    command::ConfigSource,
    pipelines::{
        Exporter, HealthPage, Intake, Listener, Part, PartRole, Pipelines, Security, Setting,
    },
    version::LOOPBACK_BY_DEFAULT,
};
