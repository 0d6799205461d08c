//! Some of the traces that a backend has of late, without the values of attributes.

use serde::{Deserialize, Serialize};

use crate::{
    redact::CredentialSign,
    trace::{Peer, SpanId, SpanKind, TraceId},
};

/// Traces of late: a few of each service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TraceSample {
    /// The traces, the newest first.
    pub traces: Vec<SampledTrace>,
    /// How many traces the searches for the services found, up to their limit.
    pub found: usize,
    /// How many were to be read and could not be, or not be kept.
    pub unread: usize,
    /// Why the first of those could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_because: Option<String>,
    /// Who recorded the spans.
    pub resources: Vec<SampledResource>,
    /// The names of attributes that stand together.
    pub key_sets: Vec<Vec<String>>,
    /// Attributes whose value is a credential.
    pub credentials: Vec<CredentialSighting>,
}

/// A trace that somebody else named, and whether the backend has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedTrace {
    /// Its id.
    pub id: TraceId,
    /// Whether there is a span of it.
    pub found: bool,
}

/// One trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampledTrace {
    /// Its id.
    pub id: TraceId,
    /// Whether the backend says that it left spans out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// The spans that are not kept, which stand further down in its tree than those that are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
    /// Its spans.
    pub spans: Vec<SampledSpan>,
}

/// One span. Times are nanoseconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampledSpan {
    /// Its id.
    pub id: SpanId,
    /// The id of the span that it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SpanId>,
    /// Who recorded it, by its place in [`TraceSample::resources`].
    pub resource: usize,
    /// The library that recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What was done, redacted.
    pub name: String,
    /// Its side of a call.
    pub kind: SpanKind,
    /// When it began.
    pub start: u64,
    /// When it ended.
    pub end: u64,
    /// How it ended.
    #[serde(default, skip_serializing_if = "SampledStatus::is_unset")]
    pub status: SampledStatus,
    /// The names of its attributes, by their place in [`TraceSample::key_sets`].
    pub keys: usize,
    /// Whom it called, as it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<Peer>,
    /// Other spans that it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<(TraceId, SpanId)>,
}

/// How a span ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampledStatus {
    /// Not said.
    #[default]
    Unset,
    /// Declared to be good.
    Ok,
    /// Failed.
    Error,
}

impl SampledStatus {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands a reference to it"
    )]
    fn is_unset(&self) -> bool {
        *self == Self::Unset
    }
}

/// Who recorded spans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampledResource {
    /// `service.name`.
    pub service: Option<String>,
    /// `telemetry.sdk.language`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The id of its container, whole or its first 12 digits, where `container.id` or `host.name` is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The names of its attributes, by their place in [`TraceSample::key_sets`].
    pub keys: usize,
}

/// An attribute whose value is a credential, seen so often in the sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialSighting {
    /// The service that wrote it.
    pub service: Option<String>,
    /// The name of a span that has it, or of the resource: empty.
    pub span: String,
    /// The attribute.
    pub key: String,
    /// What gave it away.
    pub sign: CredentialSign,
    /// How often.
    pub count: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference to it"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
