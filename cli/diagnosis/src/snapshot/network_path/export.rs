//! What an empty export came to.

use serde::{Deserialize, Serialize};

use super::{Encryption, OtlpProtocol};
use crate::snapshot::{Delivery, ExportOutcome};

/// An export without a span, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportAttempt {
    /// By which protocol.
    pub protocol: OtlpProtocol,
    /// With TLS or without.
    pub encryption: Encryption,
    /// To which path, over HTTP.
    #[serde(default)]
    pub path: Option<String>,
    /// The answer.
    pub delivery: Delivery,
}

/// What a refusal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Credentials: there were none, or nobody knows them.
    Credentials,
    /// Other credentials: these may not.
    Permission,
    /// A tenant.
    Tenant,
}

impl Wanted {
    /// What it is, as a fragment.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Credentials => "it wants credentials that it does not get",
            Self::Permission => "it does not allow these credentials to write",
            Self::Tenant => "it wants a tenant, and none is named",
        }
    }
}

/// gRPC's `PERMISSION_DENIED`.
const PERMISSION_DENIED: u32 = 7;
/// gRPC's `UNAUTHENTICATED`.
const UNAUTHENTICATED: u32 = 16;
/// Words of a refusal that mean that no tenant was named.
const TENANT_WORDS: [&str; 2] = ["no org id", "x-scope-orgid"];

impl ExportAttempt {
    /// What the refusal asks for; `None` where it is none, or is for another reason.
    pub fn wants(&self) -> Option<Wanted> {
        let text = match &self.delivery.outcome {
            ExportOutcome::GrpcStatus { message, .. } => message,
            ExportOutcome::HttpStatus { body, .. } => body,
            ExportOutcome::Accepted
            | ExportOutcome::PartialSuccess { .. }
            | ExportOutcome::NotOtlp { .. }
            | ExportOutcome::Broken(_) => return None,
        };
        let text = text.to_ascii_lowercase();
        if TENANT_WORDS.iter().any(|word| text.contains(word)) {
            return Some(Wanted::Tenant);
        }
        match &self.delivery.outcome {
            ExportOutcome::GrpcStatus {
                code: UNAUTHENTICATED,
                ..
            }
            | ExportOutcome::HttpStatus {
                status: 401 | 407, ..
            } => Some(Wanted::Credentials),
            ExportOutcome::GrpcStatus {
                code: PERMISSION_DENIED,
                ..
            }
            | ExportOutcome::HttpStatus { status: 403, .. } => Some(Wanted::Permission),
            _ => None,
        }
    }
}
