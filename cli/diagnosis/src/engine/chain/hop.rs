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

/// Checks that look at another hop than most of their area, by the digits of their codes.
const EXCEPTIONS: [(HopName, &[u16]); 8] = [
    (HopName::App, &[330, 335, 512, 521]),
    (HopName::Configuration, &[522]),
    (
        HopName::Name,
        &[101, 303, 304, 316, 401, 402, 428, 429, 430, 502, 524],
    ),
    (
        HopName::Connection,
        &[
            202, 203, 207, 208, 209, 226, 227, 228, 229, 233, 305, 307, 314, 315, 317, 604, 605,
        ],
    ),
    (
        HopName::Protocol,
        &[
            306, 308, 309, 310, 311, 312, 313, 321, 336, 434, 435, 436, 437, 438, 439, 444, 504,
            505, 508, 519,
        ],
    ),
    (
        HopName::Receiver,
        &[440, 442, 445, 506, 509, 511, 513, 514, 517, 518, 520, 523],
    ),
    (HopName::Storage, &[206, 220, 221, 222, 232, 606, 609]),
    (HopName::Query, &[225, 230]),
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
        let exception = EXCEPTIONS
            .iter()
            .find(|(_, codes)| codes.iter().any(|number| Code::new(*number) == code));
        if let Some((hop, _)) = exception {
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
