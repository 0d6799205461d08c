//! Typed settings from environment variables.
//!
//! A value is parsed where it is read, and a malformed one is an error that names the variable, the value and
//! the form expected. An empty value counts as unset, because that is what `VAR=` in a compose file means.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;
use url::Url;

/// A snapshot of the environment that a service reads its settings from.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    variables: BTreeMap<String, String>,
}

/// A value that can stand in an environment variable.
pub trait Setting: FromStr {
    /// The form expected, for the error message: `a socket address such as 0.0.0.0:8080`.
    const FORM: &'static str;
}

/// A variable whose value has not the form expected.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{variable}` is `{value}`, but must be {form}")]
pub struct SettingError {
    /// The environment variable.
    pub variable: String,
    /// The value found.
    pub value: String,
    /// The form expected.
    pub form: &'static str,
}

impl Settings {
    /// The environment of this process.
    ///
    /// Variables that are not valid Unicode are read with replacement characters, so that the error can show them.
    pub fn from_environment() -> Self {
        let variables = std::env::vars_os()
            .map(|(name, value)| {
                (
                    name.to_string_lossy().into_owned(),
                    value.to_string_lossy().into_owned(),
                )
            })
            .collect();
        Self { variables }
    }

    /// These settings with one variable set, for tests and for embedding.
    #[must_use]
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.insert(variable.to_owned(), value.to_owned());
        self
    }

    /// The value of `variable`, or nothing where it is unset or empty.
    pub fn optional<T: Setting>(&self, variable: &str) -> Result<Option<T>, SettingError> {
        match self
            .variables
            .get(variable)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
        {
            None => Ok(None),
            Some(value) => parse(variable, value).map(Some),
        }
    }

    /// The value of `variable`, or `default` where it is unset or empty.
    pub fn value<T: Setting>(&self, variable: &str, default: T) -> Result<T, SettingError> {
        Ok(self.optional(variable)?.unwrap_or(default))
    }

    /// Where the service listens: `LISTEN_ADDR`, by default every interface on port 8080.
    pub fn listen_address(&self) -> Result<SocketAddr, SettingError> {
        self.value("LISTEN_ADDR", SocketAddr::from(([0, 0, 0, 0], 8080)))
    }

    /// The folder that holds the service's data: `DATA_DIR`, by default `/data`.
    pub fn data_directory(&self) -> Result<PathBuf, SettingError> {
        self.value("DATA_DIR", PathBuf::from("/data"))
    }

    /// The base URL of the peer that `variable` names, by default `http://<peer>:8080`.
    pub fn peer(&self, variable: &str, peer: &str) -> Result<BaseUrl, SettingError> {
        match self.optional(variable)? {
            Some(base) => Ok(base),
            None => parse(variable, &format!("http://{peer}:8080")),
        }
    }
}

fn parse<T: Setting>(variable: &str, value: &str) -> Result<T, SettingError> {
    value.parse().map_err(|_| SettingError {
        variable: variable.to_owned(),
        value: value.to_owned(),
        form: T::FORM,
    })
}

impl Setting for SocketAddr {
    const FORM: &'static str = "a socket address such as `0.0.0.0:8080`";
}

impl Setting for PathBuf {
    const FORM: &'static str = "a path such as `/data`";
}

/// The base URL of another service: http or https, with a host, without query, fragment or credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// The URL of `path` (which begins with a slash) below this base.
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}{path}"));
        url
    }
}

impl FromStr for BaseUrl {
    type Err = NotABaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| NotABaseUrl)?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && plain
            && url.password().is_none()
        {
            Ok(Self(url))
        } else {
            Err(NotABaseUrl)
        }
    }
}

impl Setting for BaseUrl {
    const FORM: &'static str = "an http or https URL such as `http://controller:8080`";
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// The text is not the base URL of a service.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("not an http or https base URL")]
pub struct NotABaseUrl;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unset_and_empty_variables_give_the_default() {
        let address = SocketAddr::from(([0, 0, 0, 0], 8080));
        assert_eq!(Settings::default().listen_address(), Ok(address));
        assert_eq!(
            Settings::default()
                .with("LISTEN_ADDR", " ")
                .listen_address(),
            Ok(address)
        );
    }

    #[test]
    fn a_malformed_value_is_named_with_its_variable_and_the_form_expected() {
        let error = Settings::default()
            .with("LISTEN_ADDR", "8080")
            .listen_address()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "`LISTEN_ADDR` is `8080`, but must be a socket address such as `0.0.0.0:8080`"
        );
    }

    #[test]
    fn a_peer_defaults_to_its_service_name() {
        let base = Settings::default().peer("SCRAPER_URL", "scraper").unwrap();
        assert_eq!(
            base.at("/api/scrape").as_str(),
            "http://scraper:8080/api/scrape"
        );
    }

    #[test]
    fn a_base_url_may_have_a_path_below_which_requests_go() {
        let base: BaseUrl = "https://gateway.example/scraper/".parse().unwrap();
        assert_eq!(
            base.at("/health").as_str(),
            "https://gateway.example/scraper/health"
        );
    }

    #[test]
    fn a_base_url_refuses_other_schemes_queries_and_credentials() {
        for text in [
            "ftp://host",
            "scraper:8080",
            "http://a:b@host",
            "http://host/?q=1",
            "host",
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(NotABaseUrl), "{text}");
        }
    }
}
