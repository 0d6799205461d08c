//! Who a server is that takes no OTLP, by pages that only it has. Nothing but pages is asked for.

use ptctl_diagnosis::snapshot::{Encryption, Listener};
use serde_json::Value;

use crate::{
    clients::deadline::Deadline,
    inside::network::{
        door::Door,
        http1::{HttpAnswer, Question, ask},
    },
};

/// The ports by which receivers of other protocols are known, which have no page of their own.
const ZIPKIN_PORT: u16 = 9411;
const JAEGER_PORTS: [u16; 2] = [14_268, 14_250];

/// Who a gRPC server without OTLP is.
pub(super) fn grpc(port: u16) -> Listener {
    if JAEGER_PORTS.contains(&port) {
        Listener::Jaeger
    } else {
        Listener::Grpc
    }
}

/// Who a web server is.
pub(super) async fn web(door: &Door<'_>, encryption: Encryption, deadline: Deadline) -> Listener {
    let page = |path| ask(door, encryption, Question::get(path), deadline);
    let (root, echo, health, prometheus, loki, zipkin, jaeger, metrics) = tokio::join!(
        page("/"),
        page("/api/echo"),
        page("/api/health"),
        page("/-/ready"),
        page("/loki/api/v1/status/buildinfo"),
        page("/api/v2/services"),
        page("/api/services"),
        page("/metrics"),
    );
    let good = |answer: &Option<HttpAnswer>, is: fn(&str) -> bool| {
        answer
            .as_ref()
            .is_some_and(|answer| answer.status == 200 && is(&answer.body))
    };
    let port = door.address.port();
    if good(&echo, |body| body.trim() == "echo") {
        Listener::TempoApi
    } else if good(&health, |body| has_fields(body, &["database", "version"])) {
        Listener::Grafana
    } else if good(&prometheus, |body| body.starts_with("Prometheus Server")) {
        Listener::Prometheus
    } else if good(&loki, |body| has_fields(body, &["version", "revision"])) {
        Listener::Loki
    } else if port == ZIPKIN_PORT || good(&zipkin, is_list) {
        Listener::Zipkin
    } else if JAEGER_PORTS.contains(&port)
        || good(&jaeger, |body| has_fields(body, &["data", "total"]))
    {
        Listener::Jaeger
    } else if good(&root, |body| {
        has_fields(body, &["status"]) && body.contains("Server available")
    }) {
        Listener::CollectorHealth
    } else if good(&metrics, |body| body.contains("# TYPE ")) && !answers(root.as_ref()) {
        Listener::Metrics
    } else {
        // Who has no time to show a page may have any.
        root.map_or(Listener::Unknown, |answer| Listener::Web {
            server: answer.server,
        })
    }
}

/// Whether a server has a page of its own at `/`.
fn answers(root: Option<&HttpAnswer>) -> bool {
    root.is_some_and(|answer| answer.status < 400)
}

fn has_fields(body: &str, fields: &[&str]) -> bool {
    serde_json::from_str::<Value>(body)
        .is_ok_and(|value| fields.iter().all(|field| value.get(field).is_some()))
}

fn is_list(body: &str) -> bool {
    serde_json::from_str::<Value>(body).is_ok_and(|value| value.is_array())
}
