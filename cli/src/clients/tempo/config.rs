//! The few settings of Tempo's configuration that decide whether traces arrive and stay, from 2.x and 3.x.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use ptctl_diagnosis::{
    duration::go_duration,
    snapshot::{ObjectStorage, OtlpProtocol, QueryTerms, Receiver, TempoConfig},
};
use serde::Deserialize;
use thiserror::Error;

/// Why a configuration could not be read.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// Not YAML, or another shape.
    #[error("it is not Tempo's configuration: {0}")]
    Yaml(String),
    /// A duration in no known form.
    #[error("`{0}` is not a duration")]
    Duration(String),
}

/// Tempo's HTTP port since 2.8.
pub(crate) const HTTP_PORT: u16 = 3200;
/// Where a receiver without an address listens since 2.7.
const DEFAULT_HOST: &str = "127.0.0.1";
/// How long blocks are kept where nothing says it.
const DEFAULT_RETENTION: SignedDuration = SignedDuration::from_hours(336);

#[derive(Deserialize, Default)]
#[serde(default)]
struct File {
    http_api_prefix: Option<String>,
    server: Option<Server>,
    distributor: Option<Distributor>,
    multitenancy_enabled: Option<bool>,
    auth_enabled: Option<bool>,
    overrides: Option<Overrides>,
    compactor: Option<Compactor>,
    backend_worker: Option<Compactor>,
    storage: Option<Storage>,
    query_frontend: Option<QueryFrontend>,
}

#[derive(Deserialize)]
struct QueryFrontend {
    query_end_cutoff: Option<String>,
    search: Option<Search>,
}

#[derive(Deserialize)]
struct Search {
    max_duration: Option<String>,
    max_result_limit: Option<u64>,
}

#[derive(Deserialize)]
struct Server {
    http_listen_port: Option<u16>,
}

#[derive(Deserialize)]
struct Distributor {
    receivers: Option<BTreeMap<String, Option<ReceiverSection>>>,
}

#[derive(Deserialize)]
struct ReceiverSection {
    protocols: Option<BTreeMap<String, Option<ProtocolSection>>>,
}

#[derive(Deserialize)]
struct ProtocolSection {
    endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Overrides {
    defaults: Option<OverrideDefaults>,
    /// The flat form of before 2.3.
    block_retention: Option<String>,
}

#[derive(Deserialize)]
struct OverrideDefaults {
    compaction: Option<Compaction>,
    read: Option<Read>,
}

#[derive(Deserialize)]
struct Read {
    max_search_duration: Option<String>,
}

#[derive(Deserialize)]
struct Compactor {
    compaction: Option<Compaction>,
}

#[derive(Deserialize)]
struct Compaction {
    block_retention: Option<String>,
}

#[derive(Deserialize)]
struct Storage {
    trace: Option<TraceStorage>,
}

#[derive(Deserialize)]
struct TraceStorage {
    backend: Option<String>,
    blocklist_poll: Option<String>,
    local: Option<LocalStorage>,
    s3: Option<ObjectSection>,
    gcs: Option<ObjectSection>,
    azure: Option<ObjectSection>,
}

/// The section of any object storage, as far as the kinds are alike.
#[derive(Deserialize)]
struct ObjectSection {
    endpoint: Option<String>,
    #[serde(alias = "bucket_name", alias = "container_name")]
    bucket: Option<String>,
    prefix: Option<String>,
}

#[derive(Deserialize)]
struct LocalStorage {
    path: Option<String>,
}

/// Reads a configuration file or the page `/status/config`; `source` says which.
pub fn read_config(text: &str, source: &str) -> Result<TempoConfig, ConfigError> {
    // The page has a headline before the document.
    let page = text.strip_prefix("GET ");
    let yaml = match page {
        Some(page) => page.split_once('\n').map_or("", |(_, rest)| rest),
        None => text,
    };
    // Tempo reads YAML 1.2 booleans; `on` stays text.
    let options = serde_saphyr::options! { strict_booleans: true };
    // An empty file is a configuration: everything at its default.
    let file: Option<File> = serde_saphyr::from_str_with_options(yaml, options)
        .map_err(|error| ConfigError::Yaml(first_line(&error.to_string())))?;
    let file = file.unwrap_or_default();
    let object_storage = file
        .storage
        .as_ref()
        .and_then(|storage| object_storage(storage.trace.as_ref()?));
    Ok(TempoConfig {
        object_storage,
        source: source.to_owned(),
        retention: Some(retention(&file)?),
        queries: queries(&file),
        http_port: file
            .server
            .and_then(|server| server.http_listen_port)
            .unwrap_or(HTTP_PORT),
        receivers: receivers(file.distributor),
        multitenancy: file
            .multitenancy_enabled
            .or(file.auth_enabled)
            .unwrap_or(false),
        query_end_cutoff: file
            .query_frontend
            .and_then(|section| go_duration(&section.query_end_cutoff?))
            // The page leaves out a cut-off of nothing, and tells every other one.
            .or(page.map(|_| SignedDuration::ZERO)),
        storage_path: file
            .storage
            .and_then(|storage| storage.trace?.local?.path)
            .filter(|path| !path.is_empty()),
    })
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn receivers(distributor: Option<Distributor>) -> Vec<Receiver> {
    let Some(sections) = distributor.and_then(|section| section.receivers) else {
        // Without the section Tempo opens gRPC alone.
        return vec![receiver(OtlpProtocol::Grpc, None)];
    };
    sections
        .into_iter()
        // `otlp/2` is a second receiver of the same kind.
        .filter(|(name, _)| name.split('/').next() == Some("otlp"))
        .filter_map(|(_, section)| section?.protocols)
        .flatten()
        .filter_map(|(name, section)| {
            let protocol = match name.as_str() {
                "grpc" => OtlpProtocol::Grpc,
                "http" => OtlpProtocol::Http,
                _ => return None,
            };
            Some(receiver(
                protocol,
                section.and_then(|section| section.endpoint),
            ))
        })
        .collect()
}

fn receiver(protocol: OtlpProtocol, endpoint: Option<String>) -> Receiver {
    Receiver {
        protocol,
        endpoint: endpoint
            .filter(|endpoint| !endpoint.is_empty())
            .unwrap_or_else(|| format!("{DEFAULT_HOST}:{}", protocol.default_port())),
    }
}

/// The overrides win where they say anything; then 2.x's compactor, then 3.x's worker.
fn retention(file: &File) -> Result<SignedDuration, ConfigError> {
    let overrides = file.overrides.as_ref();
    let sources = [
        overrides
            .and_then(|overrides| overrides.defaults.as_ref()?.compaction.as_ref())
            .and_then(|compaction| compaction.block_retention.as_deref()),
        overrides.and_then(|overrides| overrides.block_retention.as_deref()),
        of_section(file.compactor.as_ref()),
        of_section(file.backend_worker.as_ref()),
    ];
    for text in sources.into_iter().flatten() {
        let duration = go_duration(text).ok_or_else(|| ConfigError::Duration(text.to_owned()))?;
        // Zero in the overrides means "as the compactor says".
        if !duration.is_zero() {
            return Ok(duration);
        }
    }
    Ok(DEFAULT_RETENTION)
}

/// How its API wants to be asked; the overrides win where they say anything, and zero bounds nothing.
fn queries(file: &File) -> QueryTerms {
    let prefix = file.http_api_prefix.as_deref().unwrap_or_default();
    let prefix = prefix.trim_matches('/');
    let search = file
        .query_frontend
        .as_ref()
        .and_then(|section| section.search.as_ref());
    let read = file
        .overrides
        .as_ref()
        .and_then(|overrides| overrides.defaults.as_ref()?.read.as_ref());
    let ranges = [
        read.and_then(|read| read.max_search_duration.as_deref()),
        search.and_then(|search| search.max_duration.as_deref()),
    ];
    QueryTerms {
        prefix: if prefix.is_empty() {
            String::new()
        } else {
            format!("/{prefix}")
        },
        longest_range: ranges
            .into_iter()
            .flatten()
            .filter_map(go_duration)
            .find(|range| !range.is_zero()),
        most_traces: search
            .and_then(|search| search.max_result_limit)
            .filter(|most| *most > 0),
    }
}

/// The object storage in use. Of the keys in it nothing is read.
fn object_storage(trace: &TraceStorage) -> Option<ObjectStorage> {
    let kind = trace.backend.as_deref()?;
    let bucket = match kind {
        "s3" => &trace.s3,
        "gcs" => &trace.gcs,
        "azure" => &trace.azure,
        _ => return None,
    };
    let written = |of: fn(&ObjectSection) -> &Option<String>| {
        let text = of(bucket.as_ref()?).clone();
        text.filter(|text| !text.is_empty())
    };
    Some(ObjectStorage {
        kind: kind.to_owned(),
        endpoint: written(|it| &it.endpoint),
        bucket: written(|it| &it.bucket),
        prefix: written(|it| &it.prefix),
        poll: trace.blocklist_poll.as_deref().and_then(go_duration),
    })
}

fn of_section(section: Option<&Compactor>) -> Option<&str> {
    section?.compaction.as_ref()?.block_retention.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(config: &TempoConfig) -> i64 {
        config.retention.unwrap().as_hours()
    }

    #[test]
    fn an_empty_configuration_has_tempos_defaults() {
        for text in ["", "server: {}\n", "---\n"] {
            let config = read_config(text, "/etc/tempo.yaml").unwrap();
            assert_eq!(config.http_port, 3200);
            assert_eq!(config.receivers, [receiver(OtlpProtocol::Grpc, None)]);
            assert_eq!(config.receivers[0].endpoint, "127.0.0.1:4317");
            assert_eq!(hours(&config), 336);
            assert!(!config.multitenancy);
        }
    }

    #[test]
    fn protocols_without_an_address_listen_on_loopback() {
        let text = "distributor:\n  receivers:\n    otlp:\n      protocols:\n        grpc:\n        http:\n          endpoint: 0.0.0.0:4318\n    zipkin:\n";
        let config = read_config(text, "file").unwrap();
        let shown: Vec<&str> = config
            .receivers
            .iter()
            .map(|receiver| receiver.endpoint.as_str())
            .collect();
        assert_eq!(shown, ["127.0.0.1:4317", "0.0.0.0:4318"]);
    }

    #[test]
    fn retention_is_read_where_each_major_keeps_it() {
        for (text, expected) in [
            ("compactor: {compaction: {block_retention: 48h}}\n", 48),
            (
                "backend_worker: {compaction: {block_retention: 168h0m0s}}\n",
                168,
            ),
            (
                "overrides: {defaults: {compaction: {block_retention: 7d}}}\ncompactor: {compaction: {block_retention: 48h}}\n",
                168,
            ),
            (
                "overrides: {defaults: {compaction: {block_retention: 0s}}}\ncompactor: {compaction: {block_retention: 48h}}\n",
                48,
            ),
        ] {
            assert_eq!(
                hours(&read_config(text, "file").unwrap()),
                expected,
                "{text}"
            );
        }
        assert!(read_config("compactor: {compaction: {block_retention: soon}}\n", "file").is_err());
    }

    #[test]
    fn how_the_api_wants_to_be_asked_is_read() {
        let text = "http_api_prefix: tempo/\nquery_frontend: {search: {max_duration: 30m, max_result_limit: 10}}\n";
        let terms = read_config(text, "file").unwrap().queries;
        assert_eq!(terms.prefix, "/tempo");
        assert_eq!(terms.longest_range, Some(SignedDuration::from_mins(30)));
        assert_eq!(terms.most_traces, Some(10));
        let text = "overrides: {defaults: {read: {max_search_duration: 1h}}}\nquery_frontend: {search: {max_duration: 0s, max_result_limit: 0}}\n";
        let terms = read_config(text, "file").unwrap().queries;
        assert_eq!(terms.longest_range, Some(SignedDuration::from_hours(1)));
        assert_eq!((terms.prefix.as_str(), terms.most_traces), ("", None));
    }

    #[test]
    fn the_object_storage_is_read_without_its_keys() {
        let text = "storage: {trace: {backend: s3, blocklist_poll: 5m0s, s3: {endpoint: 'garage:3900', bucket: tempo, prefix: '', secret_key: x}}}\n";
        let of = |text: &str| read_config(text, "file").unwrap().object_storage;
        assert_eq!(
            of(text),
            Some(ObjectStorage {
                kind: "s3".to_owned(),
                endpoint: Some("garage:3900".to_owned()),
                bucket: Some("tempo".to_owned()),
                prefix: None,
                poll: Some(SignedDuration::from_mins(5)),
            })
        );
        let gcs = of("storage: {trace: {backend: gcs, gcs: {bucket_name: traces}}}\n");
        assert_eq!(gcs.unwrap().bucket.as_deref(), Some("traces"));
        // The page shows the sections that are not in use as well.
        assert_eq!(of(&text.replace("backend: s3", "backend: local")), None);
    }

    #[test]
    fn the_page_tells_every_cut_off_but_that_of_nothing() {
        let cutoff = |text: &str| read_config(text, "").unwrap().query_end_cutoff;
        let page = include_str!("../../../tests/it/fake_stack/recordings/tempo-3.0/config.yaml");
        assert!(page.starts_with("GET /status/config\n"));
        assert_eq!(cutoff(page), Some(SignedDuration::from_secs(30)));
        let without = page.replace("    query_end_cutoff: 30s\n", "");
        assert_eq!(cutoff(&without), Some(SignedDuration::ZERO));
        assert_eq!(cutoff("query_frontend: {}\n"), None);
    }

    #[test]
    fn what_is_not_yaml_is_an_error() {
        assert!(read_config("server: [", "file").is_err());
        assert!(read_config("<html>not found</html>", "file").is_err());
    }
}
