//! Who listens at a port that speaks HTTP, and by which protocols it takes OTLP: found out by an export without a span.

use std::time::Duration;

use ptctl_diagnosis::snapshot::{Encryption, ExportFault, ExportOutcome, Listener, OtlpProtocol};

use super::{first_words::Reply, identify};
use crate::{
    clients::{
        deadline::Deadline,
        otlp::{Compression, Exporter, Payload, Protocol, Security},
    },
    inside::network::{
        door::Door,
        http1::{self, Question},
    },
};

/// Nobody is asked longer who it is; who is slower stays unknown.
pub(super) const QUESTION: Duration = Duration::from_millis(1500);
/// gRPC's `UNIMPLEMENTED`.
const UNIMPLEMENTED: u32 = 12;

/// Whether a port speaks a version of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaks {
    /// It does.
    Yes,
    /// It answered something else.
    No,
    /// It did not answer: it may be slow.
    Untold,
}

impl Speaks {
    pub(super) fn of(is_spoken: bool, reply: &Reply) -> Self {
        match (is_spoken, reply) {
            (true, _) => Self::Yes,
            (false, Reply::Silent) => Self::Untold,
            (false, Reply::Bytes(_) | Reply::Closed) => Self::No,
        }
    }
}

/// The versions of HTTP that a port speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spoken {
    pub(super) http1: Speaks,
    pub(super) http2: Speaks,
}

/// Whether OTLP is taken by one of its protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// It is, be it with a refusal.
    Otlp,
    /// It is not.
    Nothing,
    /// Nobody could ask, or the answer did not come.
    Untold,
}

/// The questions to a port that speaks HTTP.
pub(super) struct Asking<'a> {
    pub(super) door: &'a Door<'a>,
    pub(super) encryption: Encryption,
    pub(super) security: Option<Security>,
    pub(super) spoken: Spoken,
    /// The protocol that the service sends by.
    pub(super) wanted: Option<OtlpProtocol>,
}

/// Who listens, and by which protocols it takes OTLP.
pub(super) struct Found {
    pub(super) otlp: Vec<OtlpProtocol>,
    pub(super) untold: Vec<OtlpProtocol>,
    pub(super) listener: Listener,
}

impl Asking<'_> {
    pub(super) async fn who(&self, deadline: Deadline) -> Found {
        let (by_grpc, by_http) = tokio::join!(
            self.export(OtlpProtocol::Grpc, self.spoken.http2, deadline),
            self.export(OtlpProtocol::Http, self.spoken.http1, deadline),
        );
        let of_grpc = match (&by_grpc, self.spoken.http2) {
            (_, Speaks::No) => Takes::Nothing,
            (Some(outcome), _) => taken_by_grpc(outcome),
            (None, _) => Takes::Untold,
        };
        let of_http = match (&by_http, self.spoken.http1) {
            (_, Speaks::No) => Takes::Nothing,
            (Some(outcome), _) => self.taken_by_http(outcome, deadline).await,
            (None, _) => Takes::Untold,
        };
        let all = [(OtlpProtocol::Grpc, of_grpc), (OtlpProtocol::Http, of_http)];
        let that = |wanted: Takes| -> Vec<OtlpProtocol> {
            all.iter()
                .filter(|(_, takes)| *takes == wanted)
                .map(|(protocol, _)| *protocol)
                .collect()
        };
        let (otlp, untold) = (that(Takes::Otlp), that(Takes::Untold));
        let is_untold = match self.wanted {
            Some(wanted) => untold.contains(&wanted),
            None => !untold.is_empty(),
        };
        let speaks_http1 = self.spoken.http1 == Speaks::Yes;
        let listener = if !otlp.is_empty() {
            Listener::Otlp
        } else if is_untold {
            Listener::Unknown
        } else if matches!(by_grpc, Some(ExportOutcome::GrpcStatus { .. })) && !speaks_http1 {
            identify::grpc(self.door.address.port())
        } else if speaks_http1 {
            let pages = identify::web(self.door, self.encryption, deadline.capped(QUESTION));
            Box::pin(pages).await
        } else if self.spoken.http2 == Speaks::Yes {
            Listener::Web { server: None }
        } else {
            Listener::Unknown
        };
        Found {
            otlp,
            untold,
            listener,
        }
    }

    /// What an export without a span and without the service's headers comes to; `None` where none is sent.
    async fn export(
        &self,
        protocol: OtlpProtocol,
        speaks: Speaks,
        deadline: Deadline,
    ) -> Option<ExportOutcome> {
        if speaks == Speaks::No {
            return None;
        }
        let exporter = Exporter {
            host: self.door.host.to_owned(),
            port: self.door.address.port(),
            protocol: match protocol {
                OtlpProtocol::Grpc => Protocol::Grpc,
                OtlpProtocol::Http => Protocol::HttpProtobuf,
            },
            security: self.security.clone()?,
            path: None,
            headers: Vec::new(),
            compression: Compression::None,
        };
        let peers = [self.door.address];
        let sending = exporter.send(&peers, Payload::Empty, deadline.capped(QUESTION));
        Some(Box::pin(sending).await.outcome)
    }

    /// Whether an answer at OTLP's path is that of a receiver: what it says there and not elsewhere.
    async fn taken_by_http(&self, outcome: &ExportOutcome, deadline: Deadline) -> Takes {
        match outcome {
            ExportOutcome::Accepted | ExportOutcome::PartialSuccess { .. } => Takes::Otlp,
            ExportOutcome::HttpStatus { status, .. } => {
                let may_be_a_receiver = matches!(status, 400 | 401 | 403 | 415 | 429 | 500 | 503);
                if !may_be_a_receiver {
                    return Takes::Nothing;
                }
                // A proxy that refuses everybody says so everywhere.
                let elsewhere = Question::post("/v1/ptctl", "application/x-protobuf", b"");
                let deadline = deadline.capped(QUESTION);
                match http1::ask(self.door, self.encryption, elsewhere, deadline).await {
                    Some(answer) if answer.status != *status => Takes::Otlp,
                    Some(_) => Takes::Nothing,
                    None => Takes::Untold,
                }
            }
            ExportOutcome::GrpcStatus { .. } | ExportOutcome::NotOtlp { .. } => Takes::Nothing,
            ExportOutcome::Broken(fault) => taken_by_nobody(fault),
        }
    }
}

/// Whether an answer by gRPC is one of OTLP's service.
fn taken_by_grpc(outcome: &ExportOutcome) -> Takes {
    match outcome {
        ExportOutcome::Accepted | ExportOutcome::PartialSuccess { .. } => Takes::Otlp,
        ExportOutcome::GrpcStatus {
            code, http_status, ..
        } if *code != UNIMPLEMENTED && *http_status == 200 => Takes::Otlp,
        ExportOutcome::GrpcStatus { .. }
        | ExportOutcome::HttpStatus { .. }
        | ExportOutcome::NotOtlp { .. } => Takes::Nothing,
        ExportOutcome::Broken(fault) => taken_by_nobody(fault),
    }
}

/// Without an answer nothing is known, save where another protocol answered.
fn taken_by_nobody(fault: &ExportFault) -> Takes {
    match fault {
        ExportFault::Protocol { .. } => Takes::Nothing,
        ExportFault::Connect { .. }
        | ExportFault::Tls { .. }
        | ExportFault::Closed { .. }
        | ExportFault::NoAnswer
        | ExportFault::Unsendable { .. } => Takes::Untold,
    }
}
