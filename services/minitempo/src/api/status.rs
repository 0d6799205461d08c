//! Readiness, version, build information, the configuration and the like.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode, Uri};
use serde::Serialize;

use super::params::Parameters;
use super::state::ApiState;
use super::text::server_text;
use crate::config::{Config, Endpoint, LogLevel, format_go_duration};
use crate::tenancy::Tenancy;
use crate::version;

/// `/ready`, any method.
pub(super) async fn ready(State(state): State<Arc<ApiState>>) -> Response {
    if state.lifecycle.is_running() {
        server_text(StatusCode::OK, "ready\n")
    } else {
        server_text(StatusCode::SERVICE_UNAVAILABLE, "Application is stopping\n")
    }
}

/// `GET /api/echo`.
pub(super) async fn echo() -> Response {
    server_text(StatusCode::OK, "echo\n")
}

/// `GET /status/usage-stats`: nothing is ever reported.
pub(super) async fn usage_stats() -> Response {
    server_text(StatusCode::OK, "usage-stats is not enabled\n")
}

/// `GET /api/status/buildinfo`.
pub(super) async fn build_info() -> Response {
    let info = BuildInfo {
        version: version::TEMPO_FORM,
        revision: version::REVISION,
        branch: version::BRANCH,
        build_user: "",
        build_date: "",
        go_version: "",
    };
    match serde_json::to_string(&info) {
        Ok(text) => ([(CONTENT_TYPE, "application/json")], format!("{text}\n")).into_response(),
        Err(failure) => server_text(StatusCode::INTERNAL_SERVER_ERROR, failure.to_string()),
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildInfo {
    version: &'static str,
    revision: &'static str,
    branch: &'static str,
    build_user: &'static str,
    build_date: &'static str,
    go_version: &'static str,
}

/// `GET /status/version`.
pub(super) async fn version() -> Response {
    page("version", &version::long_text())
}

/// `GET /status/services`.
pub(super) async fn services(State(state): State<Arc<ApiState>>) -> Response {
    page("services", &services_text(&state))
}

/// `GET /status/endpoints`.
pub(super) async fn endpoints() -> Response {
    page("endpoints", &endpoints_text())
}

/// `GET /status/config`, with `?mode=defaults` and `?mode=diff` as in Tempo.
pub(super) async fn config(State(state): State<Arc<ApiState>>, uri: Uri) -> Response {
    let mode = Parameters::of(&uri)
        .ok()
        .and_then(|parameters| parameters.text("mode").map(str::to_owned));
    let defaults = Config::defaults();
    let text = match mode.as_deref() {
        None => config_lines(&state.config).join("\n"),
        Some("defaults") => config_lines(&defaults).join("\n"),
        Some("diff") => {
            let known = config_lines(&defaults);
            let changed: Vec<String> = config_lines(&state.config)
                .into_iter()
                .filter(|line| !known.contains(line))
                .collect();
            changed.join("\n")
        }
        Some(other) => {
            return server_text(
                StatusCode::BAD_REQUEST,
                format!("unknown value for mode query parameter: \"{other}\"\n"),
            );
        }
    };
    page("config", &format!("---\n{}\n", nested(&text)))
}

/// `GET /status`: all pages in one.
pub(super) async fn everything(State(state): State<Arc<ApiState>>) -> Response {
    let config = nested(&config_lines(&state.config).join("\n"));
    let text = format!(
        "GET /status/version\n{}\nGET /status/services\n{}\nGET /status/endpoints\n{}\nGET /status/config\n---\n{config}\n",
        version::long_text(),
        services_text(&state),
        endpoints_text()
    );
    plain(text)
}

fn page(name: &str, text: &str) -> Response {
    plain(format!("GET /status/{name}\n{text}"))
}

fn plain(text: String) -> Response {
    let mut response = text.into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

/// The parts of Tempo that minitempo stands for, under Tempo's names.
const SERVICES: [&str; 6] = [
    "distributor",
    "live-store",
    "overrides",
    "query-frontend",
    "server",
    "store",
];

fn services_text(state: &ApiState) -> String {
    let status = if state.lifecycle.is_running() {
        "Running"
    } else {
        "Stopping"
    };
    let rule = "+-------------------+----------+--------------+\n";
    let mut text = format!("{rule}| SERVICE NAME      |  STATUS  | FAILURE CASE |\n{rule}");
    for service in SERVICES {
        // Writing to a String cannot fail.
        if writeln!(text, "| {service:<17} | {status:<8} |              |").is_err() {
            break;
        }
    }
    text.push_str(rule);
    text
}

/// What is served, for people.
const ENDPOINTS: [&str; 17] = [
    "/api/echo",
    "/api/search",
    "/api/search/tag/{tag}/values",
    "/api/search/tags",
    "/api/status/buildinfo",
    "/api/traces/{id}",
    "/api/v2/search/tag/{tag}/values",
    "/api/v2/search/tags",
    "/api/v2/traces/{id}",
    "/metrics",
    "/ready",
    "/status",
    "/status/config",
    "/status/endpoints",
    "/status/services",
    "/status/usage-stats",
    "/status/version",
];

fn endpoints_text() -> String {
    ENDPOINTS.join("\n") + "\n"
}

/// The settings as dotted paths with their values, in the order of Tempo's page.
fn config_lines(config: &Config) -> Vec<String> {
    // As Tempo's page, it names no receiver that is not open: one without an endpoint would be open on its default.
    let receiver = |protocol: &str, endpoint: &Option<Endpoint>| {
        let section = format!("distributor.receivers.otlp.protocols.{protocol}");
        endpoint
            .as_ref()
            .map(|endpoint| format!("{section}.endpoint: {endpoint}"))
    };
    let level = match config.log_level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    };
    let limits = &config.limits;
    let ingestion = "overrides.defaults.ingestion";
    let mut lines = vec![
        "target: all".to_owned(),
        format!("multitenancy_enabled: {}", config.tenancy == Tenancy::Multi),
        format!("server.http_listen_address: \"{}\"", config.http.host()),
        format!("server.http_listen_port: {}", config.http.port()),
        format!("server.log_level: {level}"),
    ];
    lines.extend(receiver("grpc", &config.otlp_grpc));
    lines.extend(receiver("http", &config.otlp_http));
    lines.extend([
        format!(
            "query_frontend.search.default_result_limit: {}",
            config.search.default_limit
        ),
        format!(
            "query_frontend.search.max_result_limit: {}",
            config.search.max_limit
        ),
        format!(
            "query_frontend.search.max_duration: {}",
            format_go_duration(config.search.max_duration)
        ),
        format!(
            "query_frontend.search.default_spans_per_span_set: {}",
            config.search.default_spans_per_span_set
        ),
        "query_frontend.query_end_cutoff: 0s".to_owned(),
        "storage.trace.backend: local".to_owned(),
        format!("{ingestion}.rate_limit_bytes: {}", limits.ingestion_rate),
        format!("{ingestion}.burst_size_bytes: {}", limits.ingestion_burst),
        format!(
            "{ingestion}.max_traces_per_user: {}",
            limits.max_traces_per_user
        ),
        format!(
            "overrides.defaults.compaction.block_retention: {}",
            format_go_duration(config.block_retention)
        ),
        format!(
            "overrides.defaults.global.max_bytes_per_trace: {}",
            limits.max_bytes_per_trace
        ),
        "usage_report.reporting_enabled: false".to_owned(),
        // Not Tempo's: where the data really is.
        format!("minitempo.data: {}", config.data.display()),
    ]);
    lines
}

/// Dotted paths as nested YAML, indented by four as Tempo does.
fn nested(lines: &str) -> String {
    let mut text = String::new();
    let mut open: Vec<&str> = Vec::new();
    for line in lines.lines() {
        let Some((path, value)) = line.split_once(": ") else {
            continue;
        };
        let keys: Vec<&str> = path.split('.').collect();
        let Some((leaf, sections)) = keys.split_last() else {
            continue;
        };
        let shared = open
            .iter()
            .zip(sections)
            .take_while(|(a, b)| a == b)
            .count();
        for (depth, section) in sections.iter().enumerate().skip(shared) {
            push_indented(&mut text, depth, &format!("{section}:"));
        }
        push_indented(&mut text, sections.len(), &format!("{leaf}: {value}"));
        open = sections.to_vec();
    }
    text
}

fn push_indented(text: &mut String, depth: usize, line: &str) {
    text.push_str(&"    ".repeat(depth));
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::{Config, config_lines, nested};

    #[test]
    fn a_receiver_that_is_not_open_is_not_named() {
        let mut config = Config::defaults();
        config.otlp_http = None;
        let lines = config_lines(&config);
        assert!(
            lines.iter().all(|line| !line.contains("protocols.http")),
            "{lines:?}"
        );
    }

    #[test]
    fn paths_that_begin_alike_share_their_sections() {
        assert_eq!(
            nested("a: 1\nb.c.d: 2\nb.c.e: 3\nb.f: 4\n"),
            "a: 1\nb:\n    c:\n        d: 2\n        e: 3\n    f: 4\n"
        );
    }
}
