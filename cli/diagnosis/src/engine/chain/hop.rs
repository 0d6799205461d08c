//! The hops of a way, and which check looks at which.

use serde::{Deserialize, Serialize};

use crate::{
    code::{Area, Code},
    subject::Subject,
};

/// One hop of a service's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Which.
    pub name: HopName,
    /// How it is.
    #[serde(flatten)]
    pub state: HopState,
}

/// The hops, in the order in which spans pass them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HopName {
    /// The service runs and makes spans.
    App,
    /// It is told where to send them.
    Configuration,
    /// The name it sends to is somebody's.
    Name,
    /// Somebody takes the connection.
    Connection,
    /// Both speak the same protocol.
    Protocol,
    /// The collector between passes spans on.
    Collector,
    /// Tempo's receiver takes them.
    Receiver,
    /// Tempo keeps them.
    Storage,
    /// Tempo finds them.
    Query,
    /// Grafana shows them.
    Grafana,
}

/// How a hop is for a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum HopState {
    /// Looked at, and nothing is wrong.
    Ok,
    /// Spans are lost in part, by this cause.
    Degraded {
        /// The code of the root cause.
        by: Code,
    },
    /// No span gets through, by this cause.
    Broken {
        /// The code of the root cause.
        by: Code,
    },
    /// Nothing tells.
    Unknown,
    /// Nothing gets so far, because of this cause.
    Blocked {
        /// The code of the root cause.
        by: Code,
    },
}

/// Every hop in order.
pub(super) const HOPS: [HopName; 10] = [
    HopName::App,
    HopName::Configuration,
    HopName::Name,
    HopName::Connection,
    HopName::Protocol,
    HopName::Collector,
    HopName::Receiver,
    HopName::Storage,
    HopName::Query,
    HopName::Grafana,
];

/// Checks that look at another hop than their area's: by code, then the hop.
const EXCEPTIONS: [(Code, HopName); 15] = [
    (Code::new(101), HopName::Name),
    (Code::new(201), HopName::Receiver),
    (Code::new(202), HopName::Connection),
    (Code::new(203), HopName::Connection),
    (Code::new(303), HopName::Name),
    (Code::new(304), HopName::Name),
    (Code::new(305), HopName::Connection),
    (Code::new(306), HopName::Protocol),
    (Code::new(307), HopName::Connection),
    (Code::new(502), HopName::Name),
    (Code::new(504), HopName::Protocol),
    (Code::new(505), HopName::Protocol),
    (Code::new(506), HopName::Receiver),
    (Code::new(801), HopName::Storage),
    (Code::new(802), HopName::Storage),
];

impl HopName {
    /// The hop that a check's verdict on a subject is about; `None` for what lies on nobody's way.
    pub fn of(code: Code, subject: &Subject) -> Option<Self> {
        match subject {
            Subject::Collector(_) => return Some(Self::Collector),
            Subject::Grafana(_) | Subject::Loki(_) | Subject::Prometheus(_) => {
                return Some(Self::Grafana);
            }
            Subject::Container(_) | Subject::Engine => return None,
            Subject::Stack | Subject::Tempo(_) | Subject::Service(_) => {}
        }
        let exception = EXCEPTIONS.iter().find(|(other, _)| *other == code);
        if let Some((_, hop)) = exception {
            return Some(*hop);
        }
        Some(match (code.area()?, subject) {
            (Area::Stack, Subject::Service(_)) | (Area::Quality, _) => Self::App,
            (Area::Stack | Area::Network | Area::ExportErrors, _) => Self::Connection,
            (Area::Tempo, _) => Self::Receiver,
            (Area::Configuration, _) => Self::Configuration,
            (Area::EndToEnd, _) => Self::Query,
            (Area::Storage, _) => Self::Storage,
            (Area::Correlation | Area::Surroundings, _) => Self::Grafana,
        })
    }

    /// Its word in a drawing: `config`.
    pub fn word(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Configuration => "config",
            Self::Name => "name",
            Self::Connection => "connection",
            Self::Protocol => "protocol",
            Self::Collector => "collector",
            Self::Receiver => "receiver",
            Self::Storage => "storage",
            Self::Query => "query",
            Self::Grafana => "Grafana",
        }
    }
}
