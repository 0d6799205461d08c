//! What the middleware costs: requests to an axum app with it, and to the same app without it.
//!
//! ```text
//! cargo bench -p telemetry --bench middleware
//! ```
//!
//! `in_memory` calls the app without a socket, so that what differs is the middleware alone;
//! `over_loopback` sends real requests over one kept connection. `traced` records every span and
//! exports it to a receiver in another process; `not_sampled` is told by its caller not to;
//! `health` is a path that is never traced.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::{Router, routing::get};
use divan::{Bencher, black_box};
use http::Request;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Response, Status};

/// The variable that tells the process with the app from the one with the receiver.
const ENDPOINT: &str = "TEMPO_ENDPOINT";

const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const NOT_SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
});

fn main() {
    if std::env::var_os(ENDPOINT).is_none() {
        return measure_in_a_process_with_a_receiver();
    }
    let tracing = telemetry::init_tracer("bench").expect("a tracer");
    divan::main();
    RUNTIME.block_on(tracing.shutdown());
}

/// Runs the receiver here, and the measurements in a child that exports to it.
fn measure_in_a_process_with_a_receiver() {
    let address = RUNTIME.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(
            tonic::transport::Server::builder()
                .add_service(TraceServiceServer::new(Receiver))
                .serve_with_incoming(TcpListenerStream::new(listener)),
        );
        address
    });
    let status = Command::new(std::env::current_exe().expect("a path"))
        .args(std::env::args().skip(1))
        .env(ENDPOINT, address.to_string())
        .env("LOG_LEVEL", "error")
        .status()
        .expect("the child starts");
    assert!(status.success(), "{status}");
}

/// Takes everything and keeps nothing.
struct Receiver;

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        _: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

fn plain() -> Router {
    Router::new()
        .route(
            "/api/documents/{id}",
            get(|Path(id): Path<u32>| async move { format!("document {id}") }),
        )
        .route("/health", get(|| async { "ok" }))
}

fn with_middleware() -> Router {
    plain().layer(telemetry::http_middleware("bench"))
}

/// A request, as a service gets it from another.
fn request(path: &str, traceparent: &str) -> Request<Body> {
    Request::get(path)
        .header("host", "controller:8080")
        .header("user-agent", "purpletab/1")
        .header("accept", "*/*")
        .header("traceparent", traceparent)
        .body(Body::empty())
        .expect("a request")
}

mod in_memory {
    use tower::ServiceExt as _;

    use super::{Bencher, Infallible, NOT_SAMPLED, RUNTIME, Router, SAMPLED};
    use super::{black_box, plain, request, with_middleware};

    fn call(bencher: Bencher<'_, '_>, app: &Router, path: &str, traceparent: &str) {
        bencher
            .with_inputs(|| (app.clone(), request(path, traceparent)))
            .bench_local_values(|(app, request)| {
                let response: Result<_, Infallible> = RUNTIME.block_on(app.oneshot(request));
                black_box(response)
            });
    }

    #[divan::bench(sample_count = 50_000)]
    fn without(bencher: Bencher<'_, '_>) {
        call(bencher, &plain(), "/api/documents/7", SAMPLED);
    }

    #[divan::bench(sample_count = 50_000)]
    fn health(bencher: Bencher<'_, '_>) {
        call(bencher, &with_middleware(), "/health", SAMPLED);
    }

    #[divan::bench(sample_count = 50_000)]
    fn not_sampled(bencher: Bencher<'_, '_>) {
        call(bencher, &with_middleware(), "/api/documents/7", NOT_SAMPLED);
    }

    #[divan::bench(sample_count = 50_000)]
    fn traced(bencher: Bencher<'_, '_>) {
        call(bencher, &with_middleware(), "/api/documents/7", SAMPLED);
    }
}

mod over_loopback {
    use super::{
        Bencher, Ipv4Addr, NOT_SAMPLED, RUNTIME, Router, SAMPLED, SocketAddr, TcpListener,
    };
    use super::{plain, with_middleware};

    fn serve(app: Router) -> SocketAddr {
        RUNTIME.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .await
                .expect("a free port");
            let address = listener.local_addr().expect("an address");
            tokio::spawn(async move { axum::serve(listener, app).await });
            address
        })
    }

    fn call(bencher: Bencher<'_, '_>, app: Router, traceparent: &str) {
        let url = format!("http://{}/api/documents/7", serve(app));
        let client = reqwest::Client::builder()
            .tls_certs_only([])
            .no_proxy()
            .build()
            .expect("a client");
        bencher.bench_local(|| {
            RUNTIME.block_on(async {
                let request = client.get(&url).header("traceparent", traceparent);
                let response = request.send().await.expect("an answer");
                response.bytes().await.expect("a body")
            })
        });
    }

    #[divan::bench(sample_count = 10_000)]
    fn without(bencher: Bencher<'_, '_>) {
        call(bencher, plain(), SAMPLED);
    }

    #[divan::bench(sample_count = 10_000)]
    fn not_sampled(bencher: Bencher<'_, '_>) {
        call(bencher, with_middleware(), NOT_SAMPLED);
    }

    #[divan::bench(sample_count = 10_000)]
    fn traced(bencher: Bencher<'_, '_>) {
        call(bencher, with_middleware(), SAMPLED);
    }
}
