//! What one line amounts to, whatever it is: the answer that is given for each line of a log, also for the many that
//! prove nothing.

use serde::Serialize;

use super::{
    Context, ErrorKind, Language, Loss, Outcome, Program, Signal, Verdict, anchors, cause,
    classify::classify_record,
    continuation::is_continuation,
    envelope, notice_kinds,
    origin::{self, Origin},
};
use crate::notices;

/// What one line amounts to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Classification {
    /// Whether the line alone proves that data failed to be exported, or was refused.
    pub export_error: bool,
    /// The signal that it is about.
    pub signal: Signal,
    /// Whether data is lost by what it tells.
    pub lost: Loss,
    /// What it means: the cause that it names, or the commonest that it does not rule out.
    pub kind: LineKind,
    /// Other causes that the same words are printed for, the commoner ones first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<ErrorKind>,
    /// Who printed it, in one word: `python-otel`, `collector`, `tempo`.
    pub source: Origin,
    /// The kind of program that printed it.
    pub component: Program,
    /// The language of an SDK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
    /// Whether it is a later line of a record that began before it.
    pub continues: bool,
}

/// What a line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Nothing that tracing suffers from.
    Benign,
    /// A later line of a record with an error that any client can print: it counts only with the line that it belongs to.
    AmbiguousContinuation,
    /// What the gRPC C core prints for each attempt to connect, beside the exporter's own line.
    GrpcCoreNoise,
    /// Why an export fails, or will.
    Export(ErrorKind),
    /// Something of note that is no export.
    Notice(&'static str),
}

impl LineKind {
    /// The name in output.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Benign => "benign",
            Self::AmbiguousContinuation => "ambiguous-continuation",
            Self::GrpcCoreNoise => "grpc-core-noise",
            Self::Export(kind) => kind.slug(),
            Self::Notice(slug) => slug,
        }
    }

    const fn advice(self) -> Option<&'static str> {
        match self {
            Self::Benign | Self::AmbiguousContinuation | Self::GrpcCoreNoise | Self::Notice(_) => {
                None
            }
            Self::Export(kind) => Some(kind.advice()),
        }
    }
}

impl Serialize for LineKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

impl Classification {
    /// What a line amounts to. A line is what [`super::classify`] takes.
    pub fn of(line: &[u8], context: &Context) -> Self {
        // Most lines of most logs end here, so nothing is decoded before.
        if !anchors::is_candidate(line) && context.is_empty() && !notices::is_candidate(line) {
            return Self::of_other(line);
        }
        let record = envelope::open(line);
        match classify_record(&record, context) {
            Some(verdict) if verdict.outcome == Outcome::Recovered => Self::nothing(
                LineKind::Benign,
                verdict.continues,
                Origin::of(verdict.component),
            ),
            Some(verdict) => Self::of_verdict(&verdict),
            None => Self::of_other(line),
        }
    }

    fn of_verdict(verdict: &Verdict) -> Self {
        let kind = LineKind::Export(verdict.likeliest);
        Self {
            export_error: verdict.export_error(),
            signal: verdict.signal,
            lost: verdict.lost,
            kind,
            alternatives: verdict
                .alternatives
                .iter()
                .copied()
                .filter(|other| *other != verdict.likeliest)
                .collect(),
            source: Origin::of(verdict.component),
            component: verdict.component.program,
            language: verdict.component.language,
            advice: kind.advice(),
            continues: verdict.continues,
        }
    }

    /// A line that proves nothing about exporting.
    fn of_other(line: &[u8]) -> Self {
        let head = line.get(..origin::HEAD).unwrap_or(line);
        let record = envelope::open(head);
        let text = &*record.text;
        let continues = is_continuation(text);
        let kind = if origin::is_grpc_core(text) {
            LineKind::GrpcCoreNoise
        } else if let Some(notice) = notice_kinds::of(text) {
            LineKind::Notice(notice)
        } else if continues && of_any_client(text) && cause::of_transport(text).is_some() {
            LineKind::AmbiguousContinuation
        } else {
            LineKind::Benign
        };
        Self::nothing(kind, continues, origin::guess(&record))
    }

    fn nothing(kind: LineKind, continues: bool, source: Origin) -> Self {
        let component = source.component();
        Self {
            export_error: false,
            signal: Signal::Unknown,
            lost: match kind {
                LineKind::Benign | LineKind::GrpcCoreNoise => Loss::No,
                LineKind::AmbiguousContinuation | LineKind::Export(_) | LineKind::Notice(_) => {
                    Loss::Unknown
                }
            },
            kind,
            alternatives: Vec::new(),
            source,
            component: component.program,
            language: component.language,
            advice: kind.advice(),
            continues,
        }
    }
}

/// Whether it is an error of a transport that exporters use too, so that it may belong to one.
fn of_any_client(text: &str) -> bool {
    const CLIENTS: [&str; 11] = [
        "java.net.",
        "java.io.",
        "javax.net.",
        "io.grpc.",
        "okhttp3.",
        "requests.exceptions.",
        "urllib3.exceptions.",
        "grpc._channel.",
        "System.Net.",
        "ConnectionRefusedError",
        "ConnectionResetError",
    ];
    CLIENTS.iter().any(|client| text.contains(client))
}
