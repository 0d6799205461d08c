//! Canaries to minitempo and to a receiver that loses what it takes.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    routing::{get, post},
};
use minitempo::{Config, Running, Server};
use ptctl_diagnosis::snapshot::{
    CanaryShape, ConnectFault, Delivery, ExportFault, ExportOutcome, Fidelity, Sight,
};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::*;
use crate::{
    clients::{
        deadline::Deadline,
        http::HttpClient,
        otlp::{Compression, Exporter, Protocol, Security, TlsSettings},
        tempo::TempoClient,
    },
    inside::{
        Place,
        network::tests::listeners::{Certificate, Listener},
    },
};

const SHAPES: [CanaryShape; 5] = [
    CanaryShape::Plain,
    CanaryShape::LeadingZeroId,
    CanaryShape::Large,
    CanaryShape::NonAscii,
    CanaryShape::Hundred,
];

struct Backend {
    running: Running,
    _folder: TempDir,
}

impl Backend {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::ephemeral(folder.path().join("minitempo"));
        Self {
            running: Server::start(config).await.expect("starts"),
            _folder: folder,
        }
    }

    fn client(&self) -> TempoClient {
        let http = HttpClient::new(&[], None).expect("a client");
        let base = format!("http://{}", self.running.http_addr());
        TempoClient::new(http, base.parse().expect("a URL"))
    }
}

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

fn deadline() -> Deadline {
    Deadline::after(Duration::from_secs(10))
}

async fn send(task: &CanaryTask) -> Sent {
    task.perform(&Place::own(), deadline()).await
}

fn sought(task: &CanaryTask, sent: &Sent, patience: Duration) -> Sought {
    let Sent::Away { at, .. } = sent else {
        panic!("{sent:?}");
    };
    Sought {
        trace_ids: task.trace_ids().to_vec(),
        text: task.text().map(str::to_owned),
        sent_at: *at,
        patience: Patience {
            by_id: patience,
            by_search: patience,
        },
        endurance: Endurance {
            by_id: Duration::ZERO,
            by_search: Duration::from_mins(1),
        },
    }
}

#[tokio::test]
async fn a_canary_of_every_shape_is_found_by_id_by_search_and_by_query() {
    let backend = Backend::start().await;
    let client = backend.client();
    let receivers = [
        (backend.running.otlp_grpc_addr(), Protocol::Grpc),
        (backend.running.otlp_http_addr(), Protocol::HttpJson),
    ];
    for (address, protocol) in receivers {
        for shape in SHAPES {
            let exporter = exporter(address.expect("a receiver"), protocol);
            let task = CanaryTask::new(exporter, Bounds::Engine(Vec::new()), shape, "shop");
            let sent = send(&task).await;
            let Sent::Away { delivery, .. } = &sent else {
                panic!("{sent:?}");
            };
            assert!(delivery.is_accepted(), "{shape:?} {delivery:?}");
            let sought = sought(&task, &sent, Duration::from_secs(5));
            let seen = seek(&client, &sought, deadline()).await;
            assert_eq!(seen.spans, task.trace_ids().len() as u64, "{shape:?}");
            let sights = [&seen.by_id, &seen.by_tags, &seen.by_query];
            assert!(
                sights.iter().all(|sight| sight.is_found()),
                "{shape:?} {seen:?}"
            );
            let expected = match shape {
                CanaryShape::NonAscii => Fidelity::Kept,
                _ => Fidelity::NotAsked,
            };
            assert_eq!(seen.text, expected);
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_and_is_nowhere_is_missing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new().route("/v1/traces", post(async || ()));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let exporter = exporter(address, Protocol::HttpProtobuf);
    let task = CanaryTask::new(exporter, Bounds::None, CanaryShape::Plain, "shop");
    let sent = send(&task).await;
    let backend = Backend::start().await;
    let sought = sought(&task, &sent, Duration::from_millis(20));
    let seen = seek(&backend.client(), &sought, deadline()).await;
    assert!(matches!(seen.by_id, Sight::Missing { .. }), "{seen:?}");
    assert_eq!((seen.spans, seen.by_query), (0, Sight::NotAsked));
}

#[tokio::test]
async fn an_endpoint_outside_of_the_engine_gets_nothing() {
    let outside: SocketAddr = "192.0.2.1:4317".parse().expect("an address");
    let exporter = exporter(outside, Protocol::Grpc);
    let bounds = Bounds::Engine(vec!["172.18.0.2".parse().expect("an address")]);
    let task = CanaryTask::new(exporter, bounds, CanaryShape::Plain, "shop");
    let sent = send(&task).await;
    assert!(
        matches!(sent, Sent::OutOfBounds { address } if address == outside.ip()),
        "{sent:?}"
    );
}

#[tokio::test]
async fn a_name_that_nobody_has_is_no_address_and_one_that_nobody_could_look_up_is_not_held_against_it()
 {
    let Sent::Away { delivery, .. } = sent_to(&"n".repeat(64)).await else {
        panic!("not sent");
    };
    let expected = ExportOutcome::Broken(ExportFault::Connect {
        fault: ConnectFault::NoAddress,
    });
    assert_eq!(delivery.outcome, expected);
    let sent = sent_to("nobody.invalid").await;
    assert!(matches!(sent, Sent::NotLookedUp { .. }), "{sent:?}");
}

/// A canary to a host in a place whose name server does not answer.
async fn sent_to(host: &str) -> Sent {
    let mut exporter = exporter("127.0.0.1:1".parse().expect("one"), Protocol::Grpc);
    exporter.host = host.into();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("etc")).expect("a folder");
    std::fs::write(folder.path().join("etc/hosts"), "").expect("a file");
    std::fs::write(
        folder.path().join("etc/resolv.conf"),
        "nameserver 127.0.0.1\n",
    )
    .expect("one");
    let place = Place::at(folder.path(), folder.path());
    let task = CanaryTask::new(exporter, Bounds::None, CanaryShape::Plain, "shop");
    task.perform(&place, deadline()).await
}

#[tokio::test]
async fn each_trace_of_a_canary_counts_once() {
    let backend = Backend::start().await;
    let receiver = backend.running.otlp_grpc_addr().expect("a receiver");
    let exporter = exporter(receiver, Protocol::Grpc);
    let task = CanaryTask::new(exporter, Bounds::None, CanaryShape::Plain, "shop");
    // As by a sender that tries again what was taken already.
    send(&task).await;
    let sent = send(&task).await;
    let sought = sought(&task, &sent, Duration::from_secs(5));
    let seen = seek(&backend.client(), &sought, deadline()).await;
    assert_eq!(seen.spans, 1);
}

#[tokio::test]
async fn a_span_whose_question_failed_is_neither_found_nor_lost() {
    let exporter = exporter("127.0.0.1:1".parse().expect("one"), Protocol::Grpc);
    let task = CanaryTask::new(exporter, Bounds::None, CanaryShape::Hundred, "shop");
    let failing = task.trace_ids()[0].clone();
    let missing = task.trace_ids()[1].clone();
    let answer = async move |Path(id): Path<String>| {
        if id == failing {
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        } else if id == missing {
            Err(StatusCode::NOT_FOUND)
        } else {
            Ok(r#"{"batches":[{"scopeSpans":[{"spans":[{"spanId":"AAAAAAAAAAE="}]}]}]}"#)
        }
    };
    let app = Router::new().route("/api/traces/{id}", get(answer));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    let http = HttpClient::new(&[], None).expect("a client");
    let base = format!("http://{address}").parse().expect("a URL");
    let sent = Sent::Away {
        at: jiff::Timestamp::now(),
        delivery: Delivery {
            outcome: ExportOutcome::Accepted,
            peer: None,
            connected_after: None,
            secured_after: None,
            ended_after: jiff::SignedDuration::ZERO,
        },
    };
    let sought = sought(&task, &sent, Duration::from_millis(50));
    let seen = seek(&TempoClient::new(http, base), &sought, deadline()).await;
    assert!(seen.by_id.is_found(), "{seen:?}");
    assert_eq!((seen.spans, seen.unknown), (98, 1));
}

#[tokio::test]
async fn an_authority_that_the_helper_cannot_see_is_not_held_against_the_receiver() {
    let receiver = Listener::secured(
        Certificate::Good,
        |_, _| "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let mut exporter = exporter(receiver.address, Protocol::HttpProtobuf);
    exporter.security = Security::Tls(TlsSettings::default());
    let task = CanaryTask::new(exporter, Bounds::None, CanaryShape::Plain, "shop");
    let sent = task.perform(&Place::of_helper(), deadline()).await;
    let Sent::NotJudged { reason } = sent else {
        panic!("{sent:?}");
    };
    assert!(reason.contains("cannot be seen"), "{reason}");

    // From here the image's own bundle is seen, and counts.
    let root = tempfile::tempdir().expect("a folder");
    let bundle = root.path().join("etc/ssl/certs/ca-certificates.crt");
    std::fs::create_dir_all(bundle.parent().expect("one")).expect("a folder");
    std::fs::write(&bundle, Certificate::AUTHORITY).expect("a file");
    let sent = task
        .perform(&Place::at(root.path(), root.path()), deadline())
        .await;
    let Sent::Away { delivery, .. } = sent else {
        panic!("{sent:?}");
    };
    assert!(delivery.is_accepted(), "{delivery:?}");
}
