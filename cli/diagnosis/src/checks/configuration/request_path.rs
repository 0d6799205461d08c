//! The path that a service's OTLP requests over HTTP go to.

use super::aim::{self, Aim};
use crate::{
    export::{EndpointSource, ExportSettings, ProtocolSource},
    observed::Gap,
    snapshot::OtlpProtocol,
    view::{Service, Stack},
};

/// The path that OTLP over HTTP reserves for traces (<https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>).
pub(super) const TRACES_PATH: &str = "v1/traces";

/// The variable whose value is taken as it is, and the one that the path is appended to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`.
    AsItIs,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`.
    Appended,
}

/// A service that exports over HTTP, by a variable of OpenTelemetry.
pub(super) struct Requests<'a> {
    /// Its settings.
    pub(super) settings: &'a ExportSettings,
    /// How its variable is read.
    pub(super) reading: Reading,
    /// The path that is written, without slashes around it.
    pub(super) written: &'a str,
}

impl Requests<'_> {
    /// The path that its requests go to, without its first slash.
    pub(super) fn path(&self) -> String {
        match (self.reading, self.written) {
            (Reading::AsItIs, path) => path.to_owned(),
            (Reading::Appended, "") => TRACES_PATH.to_owned(),
            (Reading::Appended, base) => format!("{base}/{TRACES_PATH}"),
        }
    }
}

/// How a service's requests find their path; else why that cannot be judged.
pub(super) fn requests<'a>(
    service: &'a Service<'_>,
    stack: &Stack<'_>,
) -> Result<Result<Requests<'a>, &'static str>, Gap> {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Err(why)),
    };
    let (EndpointSource::Variable { name, .. }, Ok(endpoint)) =
        (&settings.source, &settings.endpoint)
    else {
        return Ok(Err("no variable names an endpoint that can be read"));
    };
    let reading = match name.as_str() {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" => Reading::AsItIs,
        "OTEL_EXPORTER_OTLP_ENDPOINT" => Reading::Appended,
        _ => return Ok(Err("only the program knows how it reads its variable")),
    };
    // Where nothing tells the protocol, the port that is reserved for HTTP does.
    let over_http = match (settings.protocol, settings.protocol_source) {
        (Some(protocol), _) => protocol == OtlpProtocol::Http,
        (None, ProtocolSource::Unknown) => {
            settings.port() == Some(OtlpProtocol::Http.default_port())
        }
        (None, _) => false,
    };
    if !over_http {
        return Ok(Err("it does not export over HTTP, as far as can be told"));
    }
    Ok(Ok(Requests {
        settings,
        reading,
        written: &endpoint.path,
    }))
}
