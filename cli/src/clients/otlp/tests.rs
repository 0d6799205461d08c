//! Exports to minitempo, and to servers that refuse in every way.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, http::StatusCode, response::IntoResponse, routing::post};
use minitempo::{Config, Running, Server, Tenancy};
use ptctl_diagnosis::snapshot::{
    ConnectFault, Delivery, ExportFault, ExportOutcome, Spoken, TlsFault,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::{clients::deadline::Deadline, secret::Secret};

const AUTHORITY: &str = include_str!("../../../tests/it/fake_stack/recordings/tls/ca.pem");
const CERTIFICATE: &str = include_str!("../../../tests/it/fake_stack/recordings/tls/cert.pem");
const KEY: &str = include_str!("../../../tests/it/fake_stack/recordings/tls/key.pem");

fn exporter(peer: SocketAddr, protocol: Protocol) -> Exporter {
    Exporter {
        host: peer.ip().to_string(),
        port: peer.port(),
        protocol,
        security: Security::Plain,
        path: None,
        headers: Vec::new(),
        compression: Compression::None,
    }
}

async fn send(exporter: &Exporter, payload: Payload<'_>) -> Delivery {
    let peer = SocketAddr::new(exporter.host.parse().expect("an address"), exporter.port);
    exporter
        .send(&[peer], payload, Deadline::after(Duration::from_secs(10)))
        .await
}

async fn outcome(peer: SocketAddr, protocol: Protocol) -> ExportOutcome {
    send(&exporter(peer, protocol), Payload::Empty)
        .await
        .outcome
}

fn batch(trace: u8) -> SpanBatch {
    SpanBatch {
        resource: vec![("service.name".into(), "shop".into())],
        spans: vec![Span {
            trace_id: [trace; 16],
            id: [trace; 8],
            parent: None,
            name: "Größe".into(),
            started: 1_795_328_809_746_862_267,
            ended: 1_795_328_809_746_862_300,
            attributes: vec![("café".into(), "☕".into())],
        }],
    }
}

/// A backend and the folder that it lives in.
struct Backend {
    running: Running,
    _folder: TempDir,
}

async fn backend(adjust: impl FnOnce(&mut Config)) -> Backend {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config::ephemeral(folder.path().join("minitempo"));
    adjust(&mut config);
    Backend {
        running: Server::start(config).await.expect("starts"),
        _folder: folder,
    }
}

impl Backend {
    fn receiver(&self, protocol: Protocol) -> SocketAddr {
        let address = match protocol {
            Protocol::Grpc => self.running.otlp_grpc_addr(),
            Protocol::HttpProtobuf | Protocol::HttpJson => self.running.otlp_http_addr(),
        };
        address.expect("a receiver")
    }
}

const PROTOCOLS: [Protocol; 3] = [Protocol::Grpc, Protocol::HttpProtobuf, Protocol::HttpJson];

#[tokio::test]
async fn spans_arrive_by_every_protocol_compressed_or_not() {
    let backend = backend(|_| {}).await;
    let mut trace = 0;
    for protocol in PROTOCOLS {
        for compression in [Compression::None, Compression::Gzip] {
            trace += 1;
            let mut exporter = exporter(backend.receiver(protocol), protocol);
            exporter.compression = compression;
            let delivery = send(&exporter, Payload::Spans(&batch(trace))).await;
            assert!(delivery.is_accepted(), "{protocol:?} {delivery:?}");
            assert!(delivery.connected_after <= Some(delivery.ended_after));
        }
    }
    let received = backend.running.received().await.expect("traces");
    assert_eq!(received.len(), usize::from(trace));
}

#[tokio::test]
async fn an_empty_export_is_accepted_and_leaves_nothing() {
    let backend = backend(|_| {}).await;
    for protocol in PROTOCOLS {
        let outcome = outcome(backend.receiver(protocol), protocol).await;
        assert_eq!(outcome, ExportOutcome::Accepted, "{protocol:?}");
    }
    assert!(backend.running.received().await.expect("traces").is_empty());
}

#[tokio::test]
async fn a_missing_tenant_is_told_in_the_receiver_s_words_and_a_header_names_one() {
    let backend = backend(|config| config.tenancy = Tenancy::Multi).await;
    let grpc = outcome(backend.receiver(Protocol::Grpc), Protocol::Grpc).await;
    let ExportOutcome::GrpcStatus {
        code: 14,
        message,
        http_status: 200,
    } = grpc
    else {
        panic!("{grpc:?}");
    };
    assert_eq!(message, "no org id");
    let http = outcome(
        backend.receiver(Protocol::HttpProtobuf),
        Protocol::HttpProtobuf,
    )
    .await;
    let ExportOutcome::HttpStatus {
        status: 503, body, ..
    } = http
    else {
        panic!("{http:?}");
    };
    assert_eq!(body, "no org id");
    for protocol in PROTOCOLS {
        let mut exporter = exporter(backend.receiver(protocol), protocol);
        exporter.headers = vec![Header {
            name: "X-Scope-OrgID".into(),
            value: Secret::new("team-a"),
        }];
        let delivery = send(&exporter, Payload::Spans(&batch(7))).await;
        assert!(delivery.is_accepted(), "{delivery:?}");
    }
}

#[tokio::test]
async fn a_batch_over_the_limit_is_refused_with_the_time_to_wait() {
    let backend = backend(|config| config.limits.ingestion_burst = 10).await;
    let http = exporter(
        backend.receiver(Protocol::HttpProtobuf),
        Protocol::HttpProtobuf,
    );
    let delivery = send(&http, Payload::Spans(&batch(1))).await;
    let ExportOutcome::HttpStatus {
        status: 429,
        body,
        retry_after: Some(5),
        ..
    } = delivery.outcome
    else {
        panic!("{delivery:?}");
    };
    assert!(body.starts_with("RATE_LIMITED"), "{body}");
    let grpc = exporter(backend.receiver(Protocol::Grpc), Protocol::Grpc);
    let delivery = send(&grpc, Payload::Spans(&batch(1))).await;
    let ExportOutcome::GrpcStatus {
        code: 8, message, ..
    } = delivery.outcome
    else {
        panic!("{delivery:?}");
    };
    assert!(message.starts_with("RATE_LIMITED"), "{message}");
}

#[tokio::test]
async fn http_sent_to_the_grpc_port_and_grpc_to_the_http_port_are_told_apart() {
    let backend = backend(|_| {}).await;
    let crossed = outcome(backend.receiver(Protocol::HttpProtobuf), Protocol::Grpc).await;
    // Our own server speaks both versions of HTTP on one port, as Tempo's does not: its words are a 415 or the like.
    assert!(
        matches!(
            crossed,
            ExportOutcome::HttpStatus { .. } | ExportOutcome::NotOtlp { .. }
        ),
        "{crossed:?}"
    );
}

#[tokio::test]
async fn nobody_at_the_port_is_a_refused_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let peer = listener.local_addr().expect("an address");
    drop(listener);
    let refused = ExportOutcome::Broken(ExportFault::Connect {
        fault: ConnectFault::Refused,
    });
    for protocol in PROTOCOLS {
        assert_eq!(outcome(peer, protocol).await, refused);
    }
}

#[tokio::test]
async fn the_second_address_is_taken_where_the_first_refuses() {
    let backend = backend(|_| {}).await;
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let gone_at = gone.local_addr().expect("an address");
    drop(gone);
    let peer = backend.receiver(Protocol::Grpc);
    let delivery = exporter(peer, Protocol::Grpc)
        .send(
            &[gone_at, peer],
            Payload::Empty,
            Deadline::after(Duration::from_secs(10)),
        )
        .await;
    assert_eq!(delivery.outcome, ExportOutcome::Accepted);
    assert_eq!(delivery.peer, Some(peer.to_string()));
}

#[tokio::test]
async fn silence_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let peer = listener.local_addr().expect("an address");
    for protocol in PROTOCOLS {
        let delivery = exporter(peer, protocol)
            .send(
                &[peer],
                Payload::Empty,
                Deadline::after(Duration::from_millis(50)),
            )
            .await;
        assert_eq!(
            delivery.outcome,
            ExportOutcome::Broken(ExportFault::NoAnswer)
        );
        assert!(delivery.connected_after.is_some());
    }
}

/// A server that answers whatever comes first with these bytes and hangs up.
async fn answering(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 1024];
            if stream.read(&mut asked).await.is_ok() && !bytes.is_empty() {
                // The client may have gone by then.
                drop(stream.write_all(bytes).await);
            }
        }
    });
    address
}

fn speaks(spoken: Spoken) -> ExportOutcome {
    ExportOutcome::Broken(ExportFault::Protocol { spoken })
}

#[tokio::test]
async fn whoever_speaks_another_protocol_is_named() {
    // How Go's HTTP server answers the preface of HTTP/2.
    let http1 = answering(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
    assert_eq!(
        outcome(http1, Protocol::Grpc).await,
        speaks(Spoken::Http1 { status: Some(400) })
    );
    // How grpc-go answers anything.
    let http2 = answering(&[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 64, 0]).await;
    assert_eq!(
        outcome(http2, Protocol::HttpProtobuf).await,
        speaks(Spoken::Http2)
    );
    // How Go's TLS answers plaintext, with an alert.
    let tls = answering(&[0x15, 3, 1, 0, 2, 2, 70]).await;
    assert_eq!(outcome(tls, Protocol::Grpc).await, speaks(Spoken::Tls));
    assert_eq!(
        outcome(tls, Protocol::HttpProtobuf).await,
        speaks(Spoken::Tls)
    );
    // How Go's HTTPS server answers HTTP.
    let go_tls = answering(
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
    )
    .await;
    assert_eq!(
        outcome(go_tls, Protocol::HttpProtobuf).await,
        speaks(Spoken::Tls)
    );
    let redis = answering(b"-ERR unknown command 'POST'\r\n").await;
    let other = speaks(Spoken::Other {
        first: "-ERR unknown command 'POST'".into(),
    });
    assert_eq!(outcome(redis, Protocol::HttpProtobuf).await, other);
    assert_eq!(outcome(redis, Protocol::Grpc).await, other);
}

#[tokio::test]
async fn a_connection_that_is_hung_up_is_no_protocol() {
    let silent = answering(b"").await;
    for protocol in PROTOCOLS {
        let outcome = outcome(silent, protocol).await;
        assert!(
            matches!(outcome, ExportOutcome::Broken(ExportFault::Closed { .. })),
            "{outcome:?}"
        );
    }
}

/// A web server with one answer to every export.
async fn web(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new()
        .route("/v1/traces", post(async move || answer.clone()))
        .route(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            post(async || StatusCode::METHOD_NOT_ALLOWED),
        );
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

#[tokio::test]
async fn refusals_by_http_keep_their_status_and_their_words() {
    // `google.rpc.Status` as the collector and Tempo send it.
    let protobuf = b"\x08\x08\x12\x0cRATE_LIMITED".as_slice();
    let limited = web((
        StatusCode::TOO_MANY_REQUESTS,
        [
            ("content-type", "application/x-protobuf"),
            ("retry-after", "5"),
        ],
        protobuf,
    ))
    .await;
    let expected = ExportOutcome::HttpStatus {
        status: 429,
        body: "RATE_LIMITED".into(),
        location: None,
        retry_after: Some(5),
    };
    assert_eq!(outcome(limited, Protocol::HttpProtobuf).await, expected);
    let partial = web((
        [("content-type", "application/json")],
        r#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}"#,
    ))
    .await;
    let expected = ExportOutcome::PartialSuccess {
        rejected: 2,
        message: "too old".into(),
    };
    assert_eq!(outcome(partial, Protocol::HttpJson).await, expected);
    let page = web(([("content-type", "text/html")], "<html>hello</html>")).await;
    let answer = outcome(page, Protocol::HttpProtobuf).await;
    assert!(
        matches!(answer, ExportOutcome::NotOtlp { status: 200, .. }),
        "{answer:?}"
    );
}

/// A receiver that hides behind TLS and answers by HTTP/1 that it took everything.
async fn secured() -> SocketAddr {
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).expect("a key");
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).expect("one");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a pair");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut asked = [0; 1024];
            if stream.read(&mut asked).await.is_ok() {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                drop(stream.write_all(answer).await);
            }
        }
    });
    address
}

#[tokio::test]
async fn tls_is_made_with_those_who_are_trusted() {
    let peer = secured().await;
    let mut exporter = exporter(peer, Protocol::HttpProtobuf);
    let mut tls = TlsSettings {
        authorities: Some(AUTHORITY.into()),
        ..TlsSettings::default()
    };
    exporter.security = Security::Tls(tls.clone());
    let delivery = send(&exporter, Payload::Empty).await;
    assert_eq!(delivery.outcome, ExportOutcome::Accepted);
    assert!(delivery.secured_after >= delivery.connected_after);

    let broken = |fault| ExportOutcome::Broken(ExportFault::Tls { fault });
    tls.server_name = Some("tempo".into());
    exporter.security = Security::Tls(tls);
    let delivery = send(&exporter, Payload::Empty).await;
    let ExportOutcome::Broken(ExportFault::Tls {
        fault: TlsFault::WrongName { .. },
    }) = delivery.outcome
    else {
        panic!("{delivery:?}");
    };

    exporter.security = Security::Tls(TlsSettings::default());
    let delivery = send(&exporter, Payload::Empty).await;
    assert_eq!(delivery.outcome, broken(TlsFault::UnknownIssuer));
}

#[tokio::test]
async fn tls_to_a_plaintext_port_says_what_is_spoken_there() {
    let http1 = answering(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
    let mut exporter = exporter(http1, Protocol::HttpProtobuf);
    exporter.security = Security::Tls(TlsSettings::default());
    let not_tls = |spoken| {
        ExportOutcome::Broken(ExportFault::Tls {
            fault: TlsFault::NotTls { spoken },
        })
    };
    assert_eq!(
        send(&exporter, Payload::Empty).await.outcome,
        not_tls(Spoken::Http1 { status: Some(400) })
    );
    let http2 = answering(&[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 64, 0]).await;
    exporter.port = http2.port();
    assert_eq!(
        send(&exporter, Payload::Empty).await.outcome,
        not_tls(Spoken::Http2)
    );
    let closed = answering(b"").await;
    exporter.port = closed.port();
    let outcome = send(&exporter, Payload::Empty).await.outcome;
    let expected = ExportOutcome::Broken(ExportFault::Tls {
        fault: TlsFault::Closed,
    });
    assert_eq!(outcome, expected);
}

#[tokio::test]
async fn what_http_does_not_allow_is_said_without_its_value() {
    let mut exporter = exporter("127.0.0.1:1".parse().expect("one"), Protocol::HttpProtobuf);
    exporter.headers = vec![Header {
        name: "x-key".into(),
        value: Secret::new("abc\ndef"),
    }];
    let ExportOutcome::Broken(ExportFault::Unsendable { reason }) =
        send(&exporter, Payload::Empty).await.outcome
    else {
        panic!("it was sent");
    };
    assert!(
        reason.contains("x-key") && !reason.contains("abc"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_receiver_that_repeats_every_header_gets_none_of_them_written_down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let repeat = async |headers: axum::http::HeaderMap| {
        let values = headers.values().filter_map(|value| value.to_str().ok());
        let body = values.collect::<Vec<_>>().join("\n") + "\nann-of-shop:plantedbasic";
        (StatusCode::UNAUTHORIZED, body)
    };
    let app = Router::new().route("/v1/traces", post(repeat));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut exporter = exporter(address, Protocol::HttpProtobuf);
    let header = |name: &str, value: &str| Header {
        name: name.into(),
        value: Secret::new(value),
    };
    exporter.headers = vec![
        header("authorization", "Basic YW5uLW9mLXNob3A6cGxhbnRlZGJhc2lj"),
        header("x-other", "Bearer plantedbearer"),
        header("x-third", "planted value"),
    ];
    let outcome = send(&exporter, Payload::Empty).await.outcome;
    let ExportOutcome::HttpStatus { body, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(body.contains("application/x-protobuf"), "{body}");
    for secret in ["YW5u", "cGxhbnRl", "planted", "ann-of-shop"] {
        assert!(!body.contains(secret), "{body}");
    }
}

#[test]
fn an_export_belongs_to_the_thread_that_sends_it() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    };
    let server = runtime();
    let backend = server.block_on(backend(|_| {}));
    let peer = backend.receiver(Protocol::Grpc);
    // Nobody drives the server but this thread, and nobody the export but that one.
    let client = std::thread::spawn(move || runtime().block_on(outcome(peer, Protocol::Grpc)));
    let sent = server.block_on(async {
        tokio::task::spawn_blocking(move || client.join())
            .await
            .expect("ends")
    });
    assert_eq!(sent.expect("an outcome"), ExportOutcome::Accepted);
}
