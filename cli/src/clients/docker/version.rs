//! Agreeing on an API version, and what the engine says it is.

use std::{fmt, path::PathBuf};

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    snapshot::{EngineFacts, EngineSource},
    subject::Subject,
};

use super::{Engine, EngineError, EngineFault, NEWEST, get, read};
use crate::{
    clients::{deadline::Deadline, transport::Transport},
    context::EngineEndpoint,
};

/// A version of the Docker Engine API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    /// 1, so far.
    pub major: usize,
    /// The part that counts.
    pub minor: usize,
}

impl ApiVersion {
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim().split_once('.')?;
        Some(Self {
            major: major.parse().ok()?,
            minor: minor.parse().ok()?,
        })
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// The newest version that both sides know. `/_ping` is the one path that every engine answers without a version.
pub(super) async fn agree(
    transport: &Transport,
    endpoint: &EngineEndpoint,
    what: &str,
    deadline: Deadline,
) -> Result<ApiVersion, EngineError> {
    let failed = |fault| EngineError::new(what, fault);
    let response = get(transport, endpoint, "/_ping", deadline)
        .await
        .map_err(failed)?;
    let status = response.status();
    let theirs = response
        .headers()
        .get("api-version")
        .and_then(|value| value.to_str().ok())
        .and_then(ApiVersion::parse);
    let body = read(response, endpoint, deadline).await.map_err(failed)?;
    if !status.is_success() {
        return Err(failed(EngineFault::refused(status, &body)));
    }
    theirs
        .map(|theirs| theirs.min(NEWEST))
        .ok_or_else(|| failed(EngineFault::without("Api-Version header")))
}

impl Engine {
    /// What the engine says it is.
    pub async fn facts(
        &self,
        source: EngineSource,
        deadline: Deadline,
    ) -> Result<EngineFacts, EngineError> {
        const WHAT: &str = "ask the engine for its version";
        let failed = |fault| EngineError::new(WHAT, fault);
        let answer = self.call(WHAT, deadline, self.bollard.version()).await?;
        let version = answer
            .version
            .ok_or_else(|| failed(EngineFault::without("Version")))?;
        let is_podman = answer
            .components
            .iter()
            .flatten()
            .any(|component| component.name.contains("Podman"));
        let product = if is_podman { "Podman" } else { "Docker" };
        Ok(EngineFacts {
            address: self.endpoint.to_string(),
            source,
            version: format!("{product} {version}"),
            api_version: answer
                .api_version
                .ok_or_else(|| failed(EngineFault::without("ApiVersion")))?,
            platform: format!(
                "{}/{}",
                answer.os.as_deref().unwrap_or("unknown"),
                answer.arch.as_deref().unwrap_or("unknown")
            ),
            clock_offset: Observed::Unknown(Gap::new(
                Probe::Clock,
                Subject::Engine,
                "not asked for",
            )),
        })
    }

    /// Where the engine lives and what time it is there, in its own words.
    pub async fn host(&self, deadline: Deadline) -> Result<EngineHost, EngineError> {
        const WHAT: &str = "ask the engine for its kind";
        let asked_at = Timestamp::now();
        let answer = self.call(WHAT, deadline, self.bollard.info()).await?;
        let answered_at = Timestamp::now();
        let time = answer
            .system_time
            .and_then(|time| time.parse::<Timestamp>().ok());
        let rootless = answer
            .security_options
            .iter()
            .flatten()
            .any(|option| option.contains("rootless"));
        let desktop = answer.operating_system.as_deref() == Some("Docker Desktop");
        Ok(EngineHost {
            name: answer.name.unwrap_or_default(),
            data_root: answer.docker_root_dir.map(PathBuf::from),
            has_reachable_networks: !rootless && !desktop,
            clock_offset: time.map(|time| clock_offset(time, asked_at, answered_at)),
        })
    }
}

/// The host of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineHost {
    /// Its host name.
    pub name: String,
    /// The folder there that the engine keeps its data in, where it tells.
    pub data_root: Option<PathBuf>,
    /// Whether the addresses of containers can be reached from the host itself. A rootless engine keeps its networks in
    /// a namespace of its own, Docker Desktop in a virtual machine.
    pub has_reachable_networks: bool,
    /// How far its clock is ahead of the one here; `None` where it does not tell the time.
    pub clock_offset: Option<SignedDuration>,
}

/// How far a clock is ahead that told its time between two moments here. An answer that could have been given at once
/// when it was asked for, or just before it arrived, proves no difference.
fn clock_offset(time: Timestamp, asked_at: Timestamp, answered_at: Timestamp) -> SignedDuration {
    if time < asked_at {
        time.duration_since(asked_at)
    } else if time > answered_at {
        time.duration_since(answered_at)
    } else {
        SignedDuration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_way_there_and_back_cannot_explain_is_a_difference_of_clocks() {
        let second = |second| Timestamp::from_second(second).unwrap();
        let offset = |time| clock_offset(second(time), second(100), second(104)).as_secs();
        assert_eq!([98, 100, 103, 104, 164].map(offset), [-2, 0, 0, 0, 60]);
    }

    #[test]
    fn versions_are_ordered_by_number_not_by_text() {
        let parse = |text| ApiVersion::parse(text).unwrap();
        assert!(parse("1.9") < parse("1.41"));
        assert_eq!(parse("1.41").min(NEWEST).to_string(), "1.41");
        assert_eq!(parse("1.99").min(NEWEST), NEWEST);
        assert_eq!(ApiVersion::parse("one"), None);
    }
}
