//! A URL that may be fetched as far as its text goes.

use std::str::FromStr;

use thiserror::Error;
use url::Url;

/// The longest URL accepted, in bytes.
const LONGEST: usize = 4096;

/// An absolute http or https URL with a host, without credentials and without fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Url);

/// Why a URL cannot be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidTarget {
    /// Longer than 4096 bytes.
    #[error("the URL has more than {LONGEST} bytes")]
    TooLong,
    /// Not an absolute URL.
    #[error("`{text}` is no absolute URL")]
    NotAbsolute {
        /// The text given.
        text: String,
        /// What the parser said.
        source: url::ParseError,
    },
    /// Another scheme than http or https.
    #[error("the scheme `{0}` is not fetched, only http and https are")]
    Scheme(String),
    /// User name or password in the URL.
    #[error("a URL with credentials is not fetched")]
    Credentials,
    /// Port 0 cannot be connected to.
    #[error("port 0 cannot be fetched from")]
    Port,
}

impl Target {
    /// The target that `url` is, without its fragment.
    pub fn new(mut url: Url) -> Result<Self, InvalidTarget> {
        if url.as_str().len() > LONGEST {
            return Err(InvalidTarget::TooLong);
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidTarget::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidTarget::Credentials);
        }
        if url.port() == Some(0) {
            return Err(InvalidTarget::Port);
        }
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// The target that `location`, absolute or relative to this one, leads to.
    pub fn redirected(&self, location: &str) -> Result<Self, InvalidTarget> {
        let joined = self.0.join(location);
        Self::new(joined.map_err(|source| InvalidTarget::NotAbsolute {
            text: shown(location),
            source,
        })?)
    }

    /// The URL itself.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The URL itself, by value.
    pub fn into_url(self) -> Url {
        self.0
    }
}

impl FromStr for Target {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > LONGEST {
            return Err(InvalidTarget::TooLong);
        }
        let url = Url::parse(text);
        Self::new(url.map_err(|source| InvalidTarget::NotAbsolute {
            text: shown(text),
            source,
        })?)
    }
}

/// As much of a text as an error message shows.
fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_and_https_are_fetched() {
        for text in [
            "file:///etc/passwd",
            "ftp://host/",
            "gopher://host/",
            "data:text/html,x",
            "javascript:1",
        ] {
            assert!(
                matches!(text.parse::<Target>(), Err(InvalidTarget::Scheme(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn credentials_and_relative_urls_are_refused() {
        assert_eq!(
            "http://user:word@host/".parse::<Target>(),
            Err(InvalidTarget::Credentials)
        );
        assert!(matches!(
            "/page".parse::<Target>(),
            Err(InvalidTarget::NotAbsolute { .. })
        ));
        assert!(matches!(
            "http://".parse::<Target>(),
            Err(InvalidTarget::NotAbsolute { .. })
        ));
    }

    #[test]
    fn a_redirect_is_held_to_the_same_rules() {
        let target: Target = "https://host/a/b".parse().unwrap();
        assert_eq!(
            target.redirected("../c#part").unwrap().url().as_str(),
            "https://host/c"
        );
        assert!(matches!(
            target.redirected("file:///etc/passwd"),
            Err(InvalidTarget::Scheme(_))
        ));
    }
}
