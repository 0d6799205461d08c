//! The configuration, read from `TEMPO_ENDPOINT` and the standard `OTEL_*` variables.
//!
//! Everything is read once, when the tracer starts, through a [`Lookup`]. A value that cannot be
//! used is a [`MalformedValue`]; one that can be used but has no effect is a [`Note`], which is
//! logged.

mod batch;
mod endpoint;
mod headers;
mod variable;

use std::fmt;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::ShouldSample;

pub(crate) use batch::BatchSettings;
pub(crate) use endpoint::{Endpoint, Protocol};
pub(crate) use headers::{Headers, parse_pairs};
pub(crate) use variable::Lookup;
pub use variable::MalformedValue;

use crate::{resource, sampling};

const SDK_DISABLED: &str = "OTEL_SDK_DISABLED";
const TRACES_EXPORTER: &str = "OTEL_TRACES_EXPORTER";
const SERVICE_NAME: &str = "OTEL_SERVICE_NAME";
const RETRY_BUFFER: &str = "TEMPO_RETRY_BUFFER_BYTES";
const TIMEOUT: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
];
const COMPRESSION: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
    "OTEL_EXPORTER_OTLP_COMPRESSION",
];
const CERTIFICATE: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
];

/// How long one attempt to send a batch may take, by the OTLP exporter specification.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many bytes of spans wait for a backend that is away.
const DEFAULT_RETRY_BUFFER: usize = 64 * 1024 * 1024;

/// What the environment asks for.
#[derive(Debug)]
pub(crate) enum Config {
    /// `OTEL_SDK_DISABLED` is `true`: no spans are made, contexts still pass through.
    Disabled,
    /// Spans are made.
    Enabled(Box<Tracing>),
}

/// How spans are made, and what becomes of them.
#[derive(Debug)]
pub(crate) struct Tracing {
    pub(crate) sampler: Box<dyn ShouldSample>,
    pub(crate) sampler_name: String,
    pub(crate) resource: Vec<KeyValue>,
    pub(crate) exporter: Exporter,
    pub(crate) notes: Vec<Note>,
}

/// What becomes of the spans made.
#[derive(Debug)]
pub(crate) enum Exporter {
    /// They are sent by OTLP.
    Otlp(Box<Otlp>),
    /// Nothing: they only give the log lines their ids.
    None,
}

/// How spans are sent.
#[derive(Debug, Clone)]
pub(crate) struct Otlp {
    pub(crate) endpoint: Endpoint,
    pub(crate) headers: Headers,
    pub(crate) compression: Compression,
    pub(crate) certificate: Option<CertificateFile>,
    /// How long one attempt may take.
    pub(crate) timeout: Duration,
    pub(crate) batch: BatchSettings,
    /// How many bytes of spans wait at most for a backend that is away.
    pub(crate) retry_buffer: usize,
}

/// Whether requests to the backend are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
}

/// The file of the only certificates that the backend's is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CertificateFile {
    pub(crate) variable: &'static str,
    pub(crate) path: String,
}

/// A setting that has no effect, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note(String);

impl Note {
    /// A note with this text.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Config {
    /// Reads the configuration of the service with this name.
    pub(crate) fn read(service: &str, lookup: &Lookup<'_>) -> Result<Self, MalformedValue> {
        let disabled = lookup.parsed(&[SDK_DISABLED], "`true` or `false`", false, boolean)?;
        if disabled {
            return Ok(Self::Disabled);
        }
        let mut notes = Vec::new();
        let (sampler, sampler_name) = sampling::read(lookup)?;
        let resource = resource::read(service, lookup)?;
        let exporter = read_exporter(lookup, &mut notes)?;
        if let Some(other) = lookup.text(SERVICE_NAME)?
            && other != service
        {
            notes.push(Note::new(format!(
                "{SERVICE_NAME} is ignored: this service is always named `{service}`"
            )));
        }
        Ok(Self::Enabled(Box::new(Tracing {
            sampler,
            sampler_name,
            resource,
            exporter,
            notes,
        })))
    }
}

fn read_exporter(lookup: &Lookup<'_>, notes: &mut Vec<Note>) -> Result<Exporter, MalformedValue> {
    let exports = lookup.parsed(
        &[TRACES_EXPORTER],
        "`otlp` or `none`",
        true,
        |name| match name {
            "otlp" => Some(true),
            "none" => Some(false),
            _ => None,
        },
    )?;
    if !exports {
        return Ok(Exporter::None);
    }
    let endpoint = Endpoint::read(lookup, notes)?;
    let certificate = lookup
        .first(&CERTIFICATE)?
        .map(|(variable, path)| CertificateFile { variable, path });
    if let Some(certificate) = &certificate
        && !endpoint.is_encrypted()
    {
        notes.push(Note::new(format!(
            "{} is ignored: {} is not encrypted",
            certificate.variable, endpoint
        )));
    }
    Ok(Exporter::Otlp(Box::new(Otlp {
        headers: Headers::read(lookup)?,
        compression: lookup.parsed(
            &COMPRESSION,
            "`gzip` or `none`",
            Compression::None,
            |name| match name {
                "gzip" => Some(Compression::Gzip),
                "none" => Some(Compression::None),
                _ => None,
            },
        )?,
        certificate: certificate.filter(|_| endpoint.is_encrypted()),
        timeout: lookup.milliseconds(&TIMEOUT, DEFAULT_TIMEOUT)?,
        batch: BatchSettings::read(lookup)?,
        retry_buffer: lookup.bytes(RETRY_BUFFER, DEFAULT_RETRY_BUFFER)?,
        endpoint,
    })))
}

/// A boolean as the OpenTelemetry specification writes it, in any case.
fn boolean(value: &str) -> Option<bool> {
    if value.eq_ignore_ascii_case("true") {
        Some(true)
    } else if value.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
