//! From a configuration file of Tempo to the settings, with Tempo's own errors.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::endpoint::Endpoint;
use super::error::{ConfigError, Unusable};
use super::go_values::Units;
use super::implemented::IMPLEMENTED;
use super::reader::Reader;
use super::schema::survey;
use super::settings::{
    Config, DEFAULT_GRPC_PORT, DEFAULT_HTTP_PORT, DEFAULT_OTLP_HTTP_PORT, DEFAULT_RETENTION,
    LogLevel, block_duration,
};
use super::variables::expand;
use super::yaml::{Node, SyntaxError, parse};
use crate::tenancy::Tenancy;

/// Receivers that Tempo has and minitempo does not.
const OTHER_RECEIVERS: [&str; 3] = ["jaeger", "kafka", "zipkin"];
/// Backends that Tempo has and minitempo does not.
const OTHER_BACKENDS: [&str; 3] = ["s3", "gcs", "azure"];
/// Where a receiver listens if no endpoint is given, as in Tempo.
const DEFAULT_RECEIVER_HOST: &str = "localhost";
/// The one folder, beside Tempo's own, that holds minitempo's blocks.
const DATA_FOLDER: &str = "minitempo";

/// A configuration and what it says that is not acted on.
#[derive(Debug)]
pub struct LoadedConfig {
    /// The settings.
    pub config: Config,
    /// Dotted paths of keys that Tempo has and minitempo does not act on.
    pub ignored: Vec<String>,
    /// Where Tempo would write the metrics of spans, which minitempo only has on its `/metrics`.
    pub remote_write: Vec<String>,
}

/// Reads a configuration file.
pub fn load(path: &Path) -> Result<LoadedConfig, ConfigError> {
    let (text, shown) = read(path)?;
    load_text(&text, &shown)
}

/// Reads a configuration file in which `${NAME}` and `${NAME:default}` stand for variables of the environment.
pub fn load_expanding_env(path: &Path) -> Result<LoadedConfig, ConfigError> {
    let (text, shown) = read(path)?;
    load_text(&expand(&text, |name| std::env::var(name).ok()), &shown)
}

fn read(path: &Path) -> Result<(String, String), ConfigError> {
    let shown = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: shown.clone(),
        source,
    })?;
    Ok((text, shown))
}

/// Reads a configuration; `shown` is the name that errors give it. An empty text is all defaults.
pub fn load_text(text: &str, shown: &str) -> Result<LoadedConfig, ConfigError> {
    let refused = |problem: String| ConfigError::Parse {
        path: shown.to_owned(),
        problem,
    };
    let document = parse(text).map_err(|error: SyntaxError| refused(error.to_string()))?;
    if has_legacy_overrides(&document.node) {
        return Err(ConfigError::Unusable(Unusable::LegacyOverrides));
    }
    let survey = survey(&document.node, |path| IMPLEMENTED.contains(&path));
    let mut problems: Vec<(u64, String)> = survey
        .unknown
        .iter()
        .map(|unknown| {
            let problem = format!(
                "field {} not found in type {}",
                unknown.key.name, unknown.section_type
            );
            (unknown.key.line, problem)
        })
        .collect();
    let mut reader = Reader {
        document: &document.node,
        problems: Vec::new(),
    };
    let config = reader.config();
    let remote_write = reader.remote_write();
    problems.append(&mut reader.problems);
    if !problems.is_empty() {
        problems.sort();
        let lines: Vec<String> = problems
            .iter()
            .map(|(line, problem)| format!("  line {line}: {problem}"))
            .collect();
        return Err(refused(format!(
            "yaml: unmarshal errors:\n{}",
            lines.join("\n")
        )));
    }
    Ok(LoadedConfig {
        config: config.map_err(ConfigError::Unusable)?,
        ignored: survey.ignored,
        remote_write,
    })
}

/// Whether `overrides` has limits of its own instead of `defaults`, as in Tempo 2.
fn has_legacy_overrides(document: &Node) -> bool {
    const LEGACY: [&str; 7] = [
        "ingestion_rate_strategy",
        "ingestion_rate_limit_bytes",
        "ingestion_burst_size_bytes",
        "max_traces_per_user",
        "max_bytes_per_trace",
        "block_retention",
        "metrics_generator_processors",
    ];
    document
        .get("overrides")
        .is_some_and(|overrides| LEGACY.iter().any(|key| overrides.node.get(key).is_some()))
}

impl Reader<'_> {
    fn config(&mut self) -> Result<Config, Unusable> {
        let mut config = Config::defaults();
        if let Some(folder) = self.data_folder() {
            config.data = folder;
        }
        config.http = Endpoint::new(
            self.text("server.http_listen_address").unwrap_or_default(),
            self.number("server.http_listen_port", "int")
                .unwrap_or(DEFAULT_HTTP_PORT),
        );
        self.limits(&mut config);
        config.generator = self.generator();
        self.search(&mut config);
        if self.flag("multitenancy_enabled") || self.flag("auth_enabled") {
            config.tenancy = Tenancy::Multi;
        }
        config.log_level = self.log_level();
        config.block_retention = self.retention();
        config.block_duration = block_duration(config.block_retention);
        self.check_target_and_backend()?;
        self.receivers(&mut config)?;
        Ok(config)
    }

    fn limits(&mut self, config: &mut Config) {
        let limits = &mut config.limits;
        if let Some(rate) = self.number("overrides.defaults.ingestion.rate_limit_bytes", "int") {
            limits.ingestion_rate = rate;
        }
        if let Some(burst) = self.number("overrides.defaults.ingestion.burst_size_bytes", "int") {
            limits.ingestion_burst = burst;
        }
        if let Some(traces) = self.number("overrides.defaults.ingestion.max_traces_per_user", "int")
        {
            limits.max_traces_per_user = traces;
        }
        if let Some(bytes) = self.number("overrides.defaults.global.max_bytes_per_trace", "int") {
            limits.max_bytes_per_trace = bytes;
        }
    }

    fn search(&mut self, config: &mut Config) {
        let search = &mut config.search;
        if let Some(limit) = self.number("query_frontend.search.default_result_limit", "uint32") {
            search.default_limit = limit;
        }
        if let Some(limit) = self.number("query_frontend.search.max_result_limit", "uint32") {
            search.max_limit = limit;
        }
        if let Some(spans) =
            self.number("query_frontend.search.default_spans_per_span_set", "uint32")
        {
            search.default_spans_per_span_set = spans;
        }
        if let Some(duration) = self.duration("query_frontend.search.max_duration", Units::Go) {
            search.max_duration = duration;
        }
    }

    /// The place that both Tempo 2.10 and 3.0 read comes first, as in Tempo.
    fn retention(&mut self) -> Duration {
        self.duration(
            "overrides.defaults.compaction.block_retention",
            Units::Prometheus,
        )
        .filter(|retention| !retention.is_zero())
        .or_else(|| self.duration("backend_worker.compaction.block_retention", Units::Go))
        .unwrap_or(DEFAULT_RETENTION)
    }

    /// Beside the folder that Tempo would use, so that each leaves the other's data alone.
    fn data_folder(&mut self) -> Option<PathBuf> {
        let blocks = self.text("storage.trace.local.path")?;
        let blocks = Path::new(&blocks);
        Some(blocks.parent()?.join(DATA_FOLDER))
    }

    fn log_level(&mut self) -> LogLevel {
        let Some(level) = self.text("server.log_level") else {
            return LogLevel::default();
        };
        LogLevel::parse(&level).unwrap_or_else(|| {
            let line = self.find("server.log_level").map_or(0, |found| found.line);
            self.problems
                .push((line, format!("unrecognized log level \"{level}\"")));
            LogLevel::default()
        })
    }

    fn check_target_and_backend(&mut self) -> Result<(), Unusable> {
        if let Some(target) = self.text("target").filter(|target| target != "all") {
            return Err(Unusable::Target(target));
        }
        match self.text("storage.trace.backend") {
            None => Ok(()),
            Some(backend) if backend == "local" => Ok(()),
            Some(backend) if OTHER_BACKENDS.contains(&backend.as_str()) => {
                Err(Unusable::BackendNotImplemented(backend))
            }
            Some(backend) => Err(Unusable::UnknownBackend(backend)),
        }
    }

    fn receivers(&mut self, config: &mut Config) -> Result<(), Unusable> {
        let configured = self
            .find("distributor.receivers")
            .map(|receivers| receivers.node.entries())
            .unwrap_or_default();
        if configured.is_empty() {
            // Tempo then receives OTLP over gRPC alone (and Jaeger, which minitempo does not).
            return Ok(());
        }
        for (receiver, _) in configured {
            let kind = receiver.name.split('/').next().unwrap_or_default();
            if kind != "otlp" && !OTHER_RECEIVERS.contains(&kind) {
                return Err(Unusable::UnknownReceiver(kind.to_owned()));
            }
        }
        config.otlp_grpc = None;
        config.otlp_http = None;
        let Some(otlp) = self.find("distributor.receivers.otlp") else {
            return Ok(());
        };
        let protocols = otlp.node.get("protocols").map(|found| &found.node);
        let (grpc, http) = (
            protocols.and_then(|found| found.get("grpc")),
            protocols.and_then(|found| found.get("http")),
        );
        if grpc.is_none() && http.is_none() {
            return Err(Unusable::NoProtocol);
        }
        if grpc.is_some() {
            let path = "distributor.receivers.otlp.protocols.grpc.endpoint";
            config.otlp_grpc = Some(self.endpoint(path, DEFAULT_GRPC_PORT)?);
        }
        if http.is_some() {
            let path = "distributor.receivers.otlp.protocols.http.endpoint";
            config.otlp_http = Some(self.endpoint(path, DEFAULT_OTLP_HTTP_PORT)?);
        }
        Ok(())
    }

    fn endpoint(&mut self, path: &str, default_port: u16) -> Result<Endpoint, Unusable> {
        match self.text(path) {
            None => Ok(Endpoint::new(DEFAULT_RECEIVER_HOST, default_port)),
            Some(text) => Endpoint::parse(&text).ok_or(Unusable::Endpoint(text)),
        }
    }
}
