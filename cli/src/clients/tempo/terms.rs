//! Putting questions as a backend's configuration wants them.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{Order, SearchRange, TempoClient};
use crate::clients::deadline::Deadline;

/// The longest range of one search where nobody tells another (`max_duration`, default 168 h), with room for a second at
/// each end.
const LONGEST_RANGE: SignedDuration = SignedDuration::from_hours(167);
/// The room for a second at each end, where its configuration tells the range.
const ENDS: SignedDuration = SignedDuration::from_secs(2);

impl TempoClient {
    /// The same API, with its questions put as its configuration and its release ask; as any takes them where it does not
    /// tell.
    pub async fn as_it_asks(self, deadline: Deadline) -> Self {
        let (config, version) = tokio::join!(self.config(deadline), self.version(deadline));
        let client = match config {
            Ok(config) => self.under(config.queries),
            Err(_) => self,
        };
        match version {
            Ok(version) => client.of_release(&version),
            Err(_) => client,
        }
    }

    /// The URL of a path of the API; a path in the base stays in front of it. Tempo puts its prefix before the paths
    /// below `/api`, and before no other page.
    pub(super) fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        let base = self.base.path().trim_end_matches('/').to_owned();
        let prefix = if path.starts_with("/api/") {
            self.terms.prefix.as_str()
        } else {
            ""
        };
        url.set_path(&format!("{base}{prefix}{path}"));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// The longest range that is searched at once.
    pub(super) fn longest_range(&self) -> SignedDuration {
        let told = self.terms.longest_range.unwrap_or(SignedDuration::MAX);
        told.saturating_sub(ENDS)
            .clamp(SignedDuration::from_secs(1), LONGEST_RANGE)
    }

    /// Where a search begins that shall reach back to `since` as far as one may.
    pub(super) fn begin(&self, since: Timestamp, until: Timestamp) -> Timestamp {
        until
            .checked_sub(self.longest_range())
            .map_or(since, |earliest| earliest.max(since))
    }

    /// The later part of a range, as long as one search may ask about.
    pub(crate) fn searchable(&self, range: SearchRange) -> SearchRange {
        SearchRange {
            since: self.begin(range.since, range.until),
            ..range
        }
    }

    /// A query that shall find the newest, as far as its release can be told so; one that has hints already keeps them.
    pub(crate) fn newest_first(&self, query: &str) -> String {
        match self.order {
            Order::Any | Order::Newest => query.to_owned(),
            Order::NewestIfAsked if has_hints(query) => query.to_owned(),
            Order::NewestIfAsked => format!("{query} with (most_recent=true)"),
        }
    }

    /// Whether a query that shall find the newest does, where it finds more than may be returned.
    pub(crate) fn finds_newest(&self) -> bool {
        match self.order {
            Order::Any => false,
            Order::Newest | Order::NewestIfAsked => true,
        }
    }

    /// How many traces are asked for where so many are wanted.
    pub(super) fn limit(&self, wanted: u64) -> String {
        let most = self.terms.most_traces.unwrap_or(wanted);
        wanted.min(most).to_string()
    }

    /// How many traces one search may find, where so many are wanted.
    pub(crate) fn findable(&self, wanted: u32) -> u32 {
        let most = self.terms.most_traces.map(u32::try_from);
        most.map_or(wanted, |most| most.map_or(wanted, |most| wanted.min(most)))
    }
}

/// Whether a query ends with hints: `… with (most_recent=true)`.
fn has_hints(query: &str) -> bool {
    let query = query.trim_end();
    let hints = query.strip_suffix(')').and_then(|rest| rest.rfind('('));
    hints.is_some_and(|at| query[..at].trim_end().ends_with("with"))
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::snapshot::{QueryTerms, TempoVersion};

    use super::*;
    use crate::clients::http::HttpClient;

    fn client(terms: QueryTerms) -> TempoClient {
        let http = HttpClient::new(&[], None).expect("a client");
        let base = "http://tempo:3200".parse().expect("a URL");
        TempoClient::new(http, base).under(terms)
    }

    #[test]
    fn the_prefix_stands_before_the_api_and_before_nothing_else() {
        let client = client(QueryTerms {
            prefix: "/tempo".to_owned(),
            ..QueryTerms::default()
        });
        let path = |path| client.url(path, &[]).path().to_owned();
        assert_eq!(path("/api/search"), "/tempo/api/search");
        assert_eq!(path("/api/traces/1"), "/tempo/api/traces/1");
        assert_eq!(path("/ready"), "/ready");
        assert_eq!(path("/status/config"), "/status/config");
    }

    #[test]
    fn the_newest_are_asked_for_where_a_release_sorts() {
        for (version, expected) in [
            ("2.10.8", "{} with (most_recent=true)"),
            ("3.0.3", "{} with (most_recent=true)"),
            ("2.7.2", "{}"),
            ("3.0.3-minitempo-0.1.0", "{}"),
            ("main-1a2b3c4", "{}"),
        ] {
            let version = TempoVersion {
                version: version.to_owned(),
                branch: String::new(),
            };
            let client = client(QueryTerms::default()).of_release(&version);
            assert_eq!(client.newest_first("{}"), expected, "{version:?}");
            for hinted in ["{} with (most_recent=false)", "{} with(sample=0.1) "] {
                assert_eq!(client.newest_first(hinted), hinted);
            }
            let grouped = client.newest_first("{} | by(name)");
            assert_eq!(grouped, expected.replace("{}", "{} | by(name)"));
        }
    }

    #[test]
    fn no_search_asks_for_more_than_the_configuration_allows() {
        let usual = client(QueryTerms::default());
        assert_eq!(usual.longest_range(), LONGEST_RANGE);
        assert_eq!(usual.limit(100), "100");
        let narrow = client(QueryTerms {
            longest_range: Some(SignedDuration::from_mins(30)),
            most_traces: Some(10),
            ..QueryTerms::default()
        });
        assert_eq!(narrow.longest_range(), SignedDuration::from_secs(1798));
        assert_eq!(narrow.limit(100), "10");
        assert_eq!(narrow.limit(1), "1");
    }
}
