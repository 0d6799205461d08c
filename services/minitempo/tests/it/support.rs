//! A server in a folder of its own, a client, and spans to send.

use std::sync::Once;

use minitempo::{Config, Running, Server};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use tempfile::TempDir;

/// A server and what it needs; dropping it stops the server and removes the folder.
pub(crate) struct Stack {
    pub(crate) running: Running,
    pub(crate) client: reqwest::Client,
    pub(crate) folder: TempDir,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(adjust: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::start_in(folder, adjust).await
    }

    pub(crate) async fn start_in(folder: TempDir, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::ephemeral(folder.path().join("minitempo"));
        adjust(&mut config);
        Self {
            running: Server::start(config).await.expect("starts"),
            client: client(),
            folder,
        }
    }

    /// Stops the server and starts another one on the same data.
    pub(crate) async fn restart(self) -> Self {
        self.running.shutdown().await;
        Self::start_in(self.folder, |_| {}).await
    }

    pub(crate) fn api(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.http_addr())
    }

    pub(crate) fn otlp_http(&self) -> String {
        let address = self.running.otlp_http_addr().expect("a receiver");
        format!("http://{address}/v1/traces")
    }

    pub(crate) fn otlp_grpc(&self) -> String {
        let address = self.running.otlp_grpc_addr().expect("a receiver");
        format!("http://{address}")
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.client
            .get(self.api(path))
            .send()
            .await
            .expect("an answer")
    }

    pub(crate) async fn metrics(&self) -> String {
        self.get("/metrics").await.text().await.expect("a text")
    }
}

pub(crate) fn client() -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .expect("the first provider");
    });
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
        .expect("a client")
}

/// Sends the two spans of a trace, named by its first byte.
pub(crate) async fn send_grpc(target: &str, trace: u8) -> Result<(), tonic::Status> {
    let mut client = TraceServiceClient::connect(target.to_owned())
        .await
        .expect("a connection");
    client
        .export(request(trace, "checkout", &["GET /", "query"]))
        .await
        .map(|_| ())
}

/// A request with one span for each name, all of one trace.
pub(crate) fn request(trace: u8, service: &str, names: &[&str]) -> ExportTraceServiceRequest {
    let spans = (1..).zip(names).map(|(number, name)| Span {
        trace_id: vec![trace; 16],
        span_id: vec![trace, 0, 0, 0, 0, 0, 0, number],
        name: (*name).to_owned(),
        start_time_unix_nano: 1_795_328_711_000_000_000 + u64::from(number),
        end_time_unix_nano: 1_795_328_711_050_000_000,
        ..Span::default()
    });
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes: vec![text("service.name", service)],
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans: spans.collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}

pub(crate) fn text(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(Value::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    }
}
