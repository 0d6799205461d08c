//! A container's log as the engine streams it.
//!
//! Read directly: the frames of `bollard`'s decoder are as long as their header says, without a bound, and a terminal's
//! log without line ends is searched from its beginning at every read.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use jiff::Timestamp;
use ptctl_diagnosis::snapshot::ContainerId;

use super::{Engine, EngineError, EngineFault, events::moment};
use crate::{clients::deadline::Deadline, context::EngineEndpoint};

/// Which part of a log is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogRange {
    /// Everything written between two moments.
    Between {
        /// The earlier one.
        since: Timestamp,
        /// The later one.
        until: Timestamp,
    },
    /// The last lines written after a moment.
    Last {
        /// How many at most.
        lines: u32,
        /// The moment, where there is one.
        since: Option<Timestamp>,
    },
    /// Everything written from a moment on, and what will be.
    Onward {
        /// The moment.
        since: Timestamp,
    },
}

impl LogRange {
    fn query(self) -> String {
        match self {
            Self::Between { since, until } => {
                format!("&since={}&until={}", moment(since), moment(until))
            }
            Self::Onward { since } => format!("&follow=true&since={}", moment(since)),
            Self::Last { lines, since: None } => format!("&tail={lines}"),
            Self::Last {
                lines,
                since: Some(since),
            } => format!("&tail={lines}&since={}", moment(since)),
        }
    }
}

/// The bytes of a log while they arrive.
#[derive(Debug)]
pub struct LogStream {
    body: Incoming,
    endpoint: EngineEndpoint,
}

impl Engine {
    /// Opens a part of a container's log; every line of it begins with its time.
    pub async fn log(
        &self,
        id: &ContainerId,
        range: LogRange,
        deadline: Deadline,
    ) -> Result<LogStream, EngineError> {
        let path = format!(
            "/containers/{}/logs?stdout=true&stderr=true&timestamps=true{}",
            id.0,
            range.query()
        );
        let response = self
            .get(&path, deadline)
            .await
            .map_err(|fault| EngineError::new("read the log", fault))?;
        Ok(LogStream {
            body: response.into_body(),
            endpoint: self.endpoint.clone(),
        })
    }
}

impl LogStream {
    /// The next bytes; `None` at the end.
    pub async fn next(&mut self, deadline: Deadline) -> Result<Option<Bytes>, EngineError> {
        let failed = |fault| EngineError::new("read the log", fault);
        loop {
            let frame = deadline
                .cut(self.body.frame())
                .await
                .map_err(|passed| failed(EngineFault::no_answer(&self.endpoint, passed)))?;
            match frame {
                None => return Ok(None),
                Some(Err(error)) => return Err(failed(EngineFault::BrokenOff(Box::new(error)))),
                Some(Ok(frame)) => {
                    // Trailers carry nothing.
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}
