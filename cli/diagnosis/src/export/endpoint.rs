//! An OTLP endpoint as written in an environment variable.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How a variable's value is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointForm {
    /// `host:port`, plaintext gRPC: our library's `TEMPO_ENDPOINT`.
    HostPort,
    /// A URL, as our library reads `OTEL_EXPORTER_OTLP_ENDPOINT` and its kin.
    Url,
    /// A URL, or what another SDK may take without a scheme.
    Any,
}

impl EndpointForm {
    /// The form with an example, for a message.
    pub fn describe(self) -> &'static str {
        match self {
            Self::HostPort => "`host:port`, such as `tempo:4317`",
            Self::Url | Self::Any => "a URL, such as `http://tempo:4317`",
        }
    }
}

/// The scheme of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Plaintext.
    Http,
    /// TLS.
    Https,
}

/// An endpoint that could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The scheme, where one was written.
    pub scheme: Option<Scheme>,
    /// The host name or address, brackets of IPv6 removed.
    pub host: String,
    /// The port, where one was written.
    pub port: Option<u16>,
    /// The path without its leading slash; empty for none.
    pub path: String,
}

/// What is wrong with an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointError {
    /// Nothing is there.
    #[error("it is empty")]
    Empty,
    /// Quotes that a shell would have removed are part of the value.
    #[error("the quotes are part of the value")]
    Quoted,
    /// White space inside or around.
    #[error("it contains white space")]
    Blank,
    /// A variable that Compose or a shell was to replace.
    #[error("`{0}` was never replaced by a value")]
    Unexpanded(String),
    /// Another scheme than http and https.
    #[error("its scheme is `{0}`; OTLP knows http and https")]
    Scheme(String),
    /// No host before the port or path.
    #[error("it names no host")]
    NoHost,
    /// The port is not a number from 1 to 65535.
    #[error("`{0}` is not a port")]
    Port(String),
    /// A URL without its scheme.
    #[error("it has no scheme")]
    NoScheme,
    /// `TEMPO_ENDPOINT` with a scheme.
    #[error("it has a scheme, which is not wanted here")]
    SchemeNotWanted,
    /// `TEMPO_ENDPOINT` without a port.
    #[error("it names no port")]
    NoPort,
    /// A character that no host name has.
    #[error("`{0}` is not a host name")]
    Host(String),
}

impl Endpoint {
    /// Reads a value written in the given form.
    pub fn parse(value: &str, form: EndpointForm) -> Result<Self, EndpointError> {
        if value.trim().is_empty() {
            return Err(EndpointError::Empty);
        }
        if value.starts_with(['"', '\'']) || value.ends_with(['"', '\'']) {
            return Err(EndpointError::Quoted);
        }
        if value.contains(char::is_whitespace) {
            return Err(EndpointError::Blank);
        }
        if let Some(start) = value.find("${").or_else(|| value.find("{{")) {
            return Err(EndpointError::Unexpanded(value[start..].to_owned()));
        }
        let (scheme, rest) = split_scheme(value)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host_port = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let (host, port) = split_port(host_port)?;
        if host.is_empty() {
            return Err(EndpointError::NoHost);
        }
        let plain = |character: char| {
            character.is_alphanumeric() || matches!(character, '.' | '-' | '_' | ':' | '%')
        };
        if !host.chars().all(plain) {
            return Err(EndpointError::Host(host.to_owned()));
        }
        match (form, scheme, port) {
            (EndpointForm::HostPort, Some(_), _) => return Err(EndpointError::SchemeNotWanted),
            (EndpointForm::HostPort, None, None) => return Err(EndpointError::NoPort),
            (EndpointForm::Url, None, _) => return Err(EndpointError::NoScheme),
            (EndpointForm::HostPort, None, Some(_))
            | (EndpointForm::Url, Some(_), _)
            | (EndpointForm::Any, _, _) => {}
        }
        Ok(Self {
            scheme,
            host: host.to_owned(),
            port,
            path: path.trim_matches('/').to_owned(),
        })
    }

    /// Whether the host is the container's own loopback.
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self
                .host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback() || address.is_unspecified())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scheme {
            Some(Scheme::Http) => formatter.write_str("http://")?,
            Some(Scheme::Https) => formatter.write_str("https://")?,
            None => {}
        }
        if self.host.contains(':') {
            write!(formatter, "[{}]", self.host)?;
        } else {
            formatter.write_str(&self.host)?;
        }
        if let Some(port) = self.port {
            write!(formatter, ":{port}")?;
        }
        if !self.path.is_empty() {
            write!(formatter, "/{}", self.path)?;
        }
        Ok(())
    }
}

fn split_scheme(value: &str) -> Result<(Option<Scheme>, &str), EndpointError> {
    let Some((scheme, rest)) = value.split_once("://") else {
        return Ok((None, value));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Ok((Some(Scheme::Http), rest)),
        "https" => Ok((Some(Scheme::Https), rest)),
        _ => Err(EndpointError::Scheme(scheme.to_owned())),
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), EndpointError> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, after) = rest
            .split_once(']')
            .ok_or_else(|| EndpointError::Host(authority.to_owned()))?;
        match after.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if after.is_empty() => (host, None),
            None => return Err(EndpointError::Port(after.to_owned())),
        }
    } else {
        match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    match port {
        None => Ok((host, None)),
        Some(port) => match port.parse::<u16>() {
            Ok(number) if number > 0 && port.bytes().all(|byte| byte.is_ascii_digit()) => {
                Ok((host, Some(number)))
            }
            Ok(_) | Err(_) => Err(EndpointError::Port(port.to_owned())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_specifications_allow() {
        for (value, form, shown, port) in [
            (
                "tempo:4317",
                EndpointForm::HostPort,
                "tempo:4317",
                Some(4317),
            ),
            (
                "http://tempo:4318/v1/traces",
                EndpointForm::Url,
                "http://tempo:4318/v1/traces",
                Some(4318),
            ),
            (
                "https://user:secret@otlp.example.com/",
                EndpointForm::Url,
                "https://otlp.example.com",
                None,
            ),
            (
                "http://[::1]:4317",
                EndpointForm::Url,
                "http://[::1]:4317",
                Some(4317),
            ),
        ] {
            let endpoint = Endpoint::parse(value, form).unwrap();
            assert_eq!(
                (endpoint.to_string().as_str(), endpoint.port),
                (shown, port),
                "{value}"
            );
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_malformed_value() {
        for (value, form, wrong) in [
            (" ", EndpointForm::Url, EndpointError::Empty),
            (
                "\"http://tempo:4317\"",
                EndpointForm::Url,
                EndpointError::Quoted,
            ),
            (
                "http://tempo:4317 ",
                EndpointForm::Url,
                EndpointError::Blank,
            ),
            (
                "http://${TEMPO_HOST}:4317",
                EndpointForm::Url,
                EndpointError::Unexpanded("${TEMPO_HOST}:4317".into()),
            ),
            (
                "grpc://tempo:4317",
                EndpointForm::Url,
                EndpointError::Scheme("grpc".into()),
            ),
            ("http://:4317", EndpointForm::Url, EndpointError::NoHost),
            (
                "tempo:four",
                EndpointForm::HostPort,
                EndpointError::Port("four".into()),
            ),
            (
                "tempo:0",
                EndpointForm::HostPort,
                EndpointError::Port("0".into()),
            ),
            (
                "tempo:4317:4318",
                EndpointForm::HostPort,
                EndpointError::Port("4317:4318".into()),
            ),
            ("tempo", EndpointForm::HostPort, EndpointError::NoPort),
            (
                "http://tempo:4317",
                EndpointForm::HostPort,
                EndpointError::SchemeNotWanted,
            ),
            ("tempo:4317", EndpointForm::Url, EndpointError::NoScheme),
            (
                "http://te!mpo",
                EndpointForm::Url,
                EndpointError::Host("te!mpo".into()),
            ),
        ] {
            assert_eq!(Endpoint::parse(value, form), Err(wrong), "{value}");
        }
    }

    #[test]
    fn every_spelling_of_loopback_is_loopback() {
        for value in [
            "http://localhost:4317",
            "http://127.0.0.1",
            "http://LOCALHOST:1",
            "http://[::1]:4317",
            "http://0.0.0.0:4317",
        ] {
            assert!(
                Endpoint::parse(value, EndpointForm::Url)
                    .unwrap()
                    .is_loopback(),
                "{value}"
            );
        }
        assert!(
            !Endpoint::parse("http://tempo:4317", EndpointForm::Url)
                .unwrap()
                .is_loopback()
        );
    }
}
