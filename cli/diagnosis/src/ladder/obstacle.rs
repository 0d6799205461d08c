//! What can stand in the way, and which check says so.

use super::RungName;
use crate::{
    code::Code,
    snapshot::{
        ConnectOutcome, ExportAttempt, Listener, NameResult, OtlpProtocol, Plaintext, TlsSpeech,
        Wanted,
    },
};

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle<'l> {
    /// The name has no address.
    Name(NameFault),
    /// Nobody listens there.
    Refused,
    /// Nobody answers the first packet, or no way leads there.
    Unreached(&'l ConnectOutcome),
    /// The port is reached by one family of addresses only.
    Family,
    /// Somebody takes the connection, and then nothing comes or it is closed.
    Mute(&'l Plaintext),
    /// TLS is spoken to a port that speaks plaintext.
    TlsToPlaintext,
    /// Plaintext is spoken to a port that speaks TLS.
    PlaintextToTls,
    /// The certificate is not trusted.
    Certificate(&'l TlsSpeech),
    /// OTLP is taken there by another protocol alone.
    Protocol {
        /// What is spoken to it.
        spoken: OtlpProtocol,
        /// What it takes.
        taken: OtlpProtocol,
    },
    /// Somebody else listens there.
    NotAReceiver(&'l Listener),
    /// The receiver does not have the path.
    Path(&'l ExportAttempt),
    /// Requests are sent elsewhere.
    Redirected(&'l ExportAttempt),
    /// The receiver wants credentials or a tenant.
    Wants(Wanted, &'l ExportAttempt),
    /// The export is refused or not answered for another reason.
    Export(&'l ExportAttempt),
}

/// Why a name has no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFault {
    /// There is no such name.
    Unknown,
    /// Nobody could tell.
    ServerFails,
}

impl NameFault {
    /// The fault of a result; `None` for a name with addresses, or where nobody can tell.
    pub(super) fn of(result: &NameResult) -> Option<Self> {
        match result {
            NameResult::Found { .. } | NameResult::Untold { .. } => None,
            NameResult::NoSuchName | NameResult::NoAddress | NameResult::NotAName => {
                Some(Self::Unknown)
            }
            NameResult::ServerFails { .. }
            | NameResult::ServerSilent
            | NameResult::ServerUnreachable { .. }
            | NameResult::NoServer => Some(Self::ServerFails),
        }
    }
}

impl Obstacle<'_> {
    /// The rung at which it stands.
    pub fn rung(&self) -> RungName {
        match self {
            Self::Name(_) => RungName::Resolve,
            Self::Refused | Self::Unreached(_) | Self::Family => RungName::Connect,
            Self::Mute(_)
            | Self::TlsToPlaintext
            | Self::PlaintextToTls
            | Self::Certificate(_)
            | Self::Protocol { .. }
            | Self::NotAReceiver(_) => RungName::Speak,
            Self::Path(_) | Self::Redirected(_) | Self::Export(_) => RungName::Export,
            Self::Wants(..) => RungName::Authenticate,
        }
    }

    /// The check that says so.
    pub fn code(&self) -> Code {
        Code::new(match self {
            Self::Name(NameFault::Unknown) => 428,
            Self::Name(NameFault::ServerFails) => 429,
            Self::Refused => 431,
            Self::Unreached(_) => 432,
            Self::Family => 433,
            Self::TlsToPlaintext => 434,
            Self::PlaintextToTls => 435,
            Self::Protocol { .. } => 436,
            Self::NotAReceiver(_) => 437,
            Self::Path(_) => 438,
            Self::Certificate(_) => 439,
            Self::Wants(Wanted::Credentials | Wanted::Permission, _) => 440,
            Self::Wants(Wanted::Tenant, _) => 442,
            Self::Mute(_) => 443,
            Self::Redirected(_) => 444,
            Self::Export(_) => 445,
        })
    }
}
