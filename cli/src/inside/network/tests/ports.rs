//! What is found out about a port, whatever listens there.

use std::time::Duration;

use ptctl_diagnosis::{
    ladder::{Judgement, judge},
    snapshot::{
        ConnectOutcome, Encryption, ExportFault, ExportOutcome, Ladder, LadderDepth,
        Listener as Who, NameResult, NameSource, OtlpProtocol, Plaintext, Trust, Wanted,
    },
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    at_path, climb,
    listeners::{Certificate, Listener},
    only, task, trusting,
};
use crate::{
    clients::{
        deadline::Deadline,
        otlp::{Header, Security, TlsSettings},
    },
    inside::{
        Place,
        network::{
            NetworkTask,
            door::Door,
            http1::{Question, ask},
            speak::speak,
            trust::Roots,
        },
    },
    secret::Secret,
};

const OTLP: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\nserver: nginx\r\ncontent-length: 0\r\n\r\n";
const UNAUTHORISED: &str = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";

fn receiver(method: &str, path: &str) -> &'static str {
    match (method, path) {
        ("POST", "/v1/traces") => OTLP,
        _ => NOT_FOUND,
    }
}

/// A minitempo with all its ports, its data gone with it.
struct Tempo {
    running: minitempo::Running,
    _data: tempfile::TempDir,
}

impl Tempo {
    async fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let running = minitempo::Server::start(minitempo::Config::ephemeral(data.path()))
            .await
            .expect("a server");
        Self {
            running,
            _data: data,
        }
    }
}

#[tokio::test]
async fn a_receiver_of_grpc_is_whole_for_grpc_and_named_for_http() {
    let tempo = Tempo::start().await;
    let address = tempo.running.otlp_grpc_addr().expect("a port");
    let ladder = climb(&task(address, OtlpProtocol::Grpc, Encryption::Plaintext)).await;
    let expected = NameResult::Found {
        by: NameSource::Literal,
    };
    assert_eq!(ladder.resolution.result, expected);
    let way = only(&ladder);
    let speech = &way.speech.as_ref().expect("speech").found;
    assert_eq!(speech.plaintext, Plaintext::Http);
    assert_eq!(speech.otlp, [OtlpProtocol::Grpc], "{speech:?}");
    let export = &way.export.as_ref().expect("an export").found;
    assert!(export.delivery.is_accepted(), "{export:?}");

    let ladder = climb(&task(address, OtlpProtocol::Http, Encryption::Plaintext)).await;
    let way = only(&ladder);
    assert_eq!(
        way.speech.as_ref().expect("speech").found.otlp,
        [OtlpProtocol::Grpc]
    );
    assert!(
        !way.export
            .as_ref()
            .expect("one")
            .found
            .delivery
            .is_accepted()
    );
}

#[tokio::test]
async fn a_receiver_of_http_is_whole_for_http_and_named_for_grpc() {
    let tempo = Tempo::start().await;
    let address = tempo.running.otlp_http_addr().expect("a port");
    let ladder = climb(&task(address, OtlpProtocol::Http, Encryption::Plaintext)).await;
    let way = only(&ladder);
    let speech = &way.speech.as_ref().expect("speech").found;
    assert!(speech.otlp.contains(&OtlpProtocol::Http), "{speech:?}");
    assert_eq!(speech.listener, Who::Otlp);
    let export = &way.export.as_ref().expect("an export").found;
    assert!(export.delivery.is_accepted(), "{export:?}");

    let ladder = climb(&task(address, OtlpProtocol::Grpc, Encryption::Plaintext)).await;
    let export = &only(&ladder).export.as_ref().expect("one").found;
    assert!(!export.delivery.is_accepted(), "{export:?}");
}

#[tokio::test]
async fn the_port_for_queries_is_known_as_such() {
    let tempo = Tempo::start().await;
    let address = tempo.running.http_addr();
    let ladder = climb(&task(address, OtlpProtocol::Grpc, Encryption::Plaintext)).await;
    let speech = &only(&ladder).speech.as_ref().expect("speech").found;
    assert_eq!(
        (&speech.listener, speech.otlp.as_slice()),
        (&Who::TempoApi, [].as_slice())
    );
}

#[tokio::test]
async fn nobody_silence_a_hang_up_and_a_greeting_are_told_apart() {
    let nobody = Listener::nobody().await;
    let ladder = climb(&task(nobody, OtlpProtocol::Grpc, Encryption::Plaintext)).await;
    assert_eq!(only(&ladder).connection.found, ConnectOutcome::Refused);
    assert!(only(&ladder).speech.is_none());

    let silent = Listener::silent().await;
    let closing = Listener::closing().await;
    let redis = Listener::greeting("-ERR unknown command\r\n").await;
    for (listener, plaintext) in [
        (&silent, Plaintext::Silent),
        (&closing, Plaintext::Closed),
        (
            &redis,
            Plaintext::Other {
                text: "-ERR unknown command".to_owned(),
            },
        ),
    ] {
        let task = task(listener.address, OtlpProtocol::Grpc, Encryption::Plaintext);
        let ladder = climb(&task).await;
        let way = only(&ladder);
        assert_eq!(way.connection.found, ConnectOutcome::Open);
        assert_eq!(
            way.speech.as_ref().expect("speech").found.plaintext,
            plaintext
        );
    }
}

#[tokio::test]
async fn an_address_that_swallows_packets_is_no_answer_and_costs_a_bounded_time() {
    // A full backlog on Linux drops further first packets: the same as a black hole.
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket
        .bind("127.0.0.1:0".parse().expect("an address"))
        .expect("a free port");
    let listener = socket.listen(0).expect("a listener");
    let address = listener.local_addr().expect("an address");
    let mut held = Vec::new();
    while let Ok(Ok(stream)) = tokio::time::timeout(
        Duration::from_millis(200),
        tokio::net::TcpStream::connect(address),
    )
    .await
    {
        held.push(stream);
    }
    let ladder = climb(&task(address, OtlpProtocol::Grpc, Encryption::Plaintext)).await;
    assert_eq!(only(&ladder).connection.found, ConnectOutcome::NoAnswer);
    assert!(ladder.took_us < 3_000_000, "{ladder:?}");
    assert_eq!(ladder.unfinished, None);

    let task = task(address, OtlpProtocol::Grpc, Encryption::Plaintext);
    let ladder = task
        .perform(&Place::own(), Deadline::after(Duration::from_millis(500)))
        .await;
    assert!(
        ladder.ways.is_empty() && ladder.unfinished.is_some(),
        "{ladder:?}"
    );
}

#[tokio::test]
async fn a_port_with_tls_says_so_and_its_certificate_is_judged() {
    for (certificate, authority, trust) in [
        (
            Certificate::Good,
            Some(Certificate::AUTHORITY),
            Trust::Trusted,
        ),
        (Certificate::Good, None, Trust::UnknownIssuer),
        (
            Certificate::Expired,
            Some(Certificate::AUTHORITY),
            Trust::Expired,
        ),
        (
            Certificate::Other,
            Some(Certificate::AUTHORITY),
            Trust::WrongName,
        ),
    ] {
        let listener = Listener::secured(certificate, receiver).await;
        let task = task(listener.address, OtlpProtocol::Http, Encryption::Tls);
        let task = trusting(task, authority);
        let ladder = climb(&task).await;
        let way = only(&ladder);
        let speech = &way.speech.as_ref().expect("speech").found;
        let tls = speech.tls.as_ref().expect("TLS");
        assert_eq!(tls.trust, trust, "{certificate:?}");
        assert_eq!(tls.version, "TLS 1.3");
        let issuer = tls.certificate.as_ref().expect("one").issuer.as_deref();
        assert_eq!(issuer, Some("ptctl test authority"));
        let accepted = way
            .export
            .as_ref()
            .expect("one")
            .found
            .delivery
            .is_accepted();
        assert_eq!(accepted, trust == Trust::Trusted);
        let otlp: &[OtlpProtocol] = if accepted { &[OtlpProtocol::Http] } else { &[] };
        assert_eq!(speech.otlp, otlp);
    }
}

#[tokio::test]
async fn tls_where_plaintext_is_spoken_fails_and_what_is_spoken_is_known() {
    let listener = Listener::web(receiver).await;
    let ladder = climb(&task(listener.address, OtlpProtocol::Http, Encryption::Tls)).await;
    let way = only(&ladder);
    let speech = &way.speech.as_ref().expect("speech").found;
    assert_eq!((&speech.plaintext, &speech.tls), (&Plaintext::Http, &None));
    assert_eq!(speech.otlp, [OtlpProtocol::Http]);
    let outcome = &way.export.as_ref().expect("one").found.delivery.outcome;
    assert!(
        matches!(outcome, ExportOutcome::Broken(ExportFault::Tls { .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_wrong_path_is_a_404_where_the_right_one_is_taken() {
    let listener = Listener::web(receiver).await;
    let task = task(listener.address, OtlpProtocol::Http, Encryption::Plaintext);
    let task = at_path(task, "/otlp/v1/traces");
    let ladder = climb(&task).await;
    let way = only(&ladder);
    assert_eq!(
        way.speech.as_ref().expect("speech").found.otlp,
        [OtlpProtocol::Http]
    );
    let outcome = &way.export.as_ref().expect("one").found.delivery.outcome;
    assert!(
        matches!(outcome, ExportOutcome::HttpStatus { status: 404, .. }),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn who_wants_credentials_and_who_wants_a_tenant_are_told_apart() {
    fn guarded(method: &str, path: &str) -> &'static str {
        match (method, path) {
            ("POST", "/v1/traces") => UNAUTHORISED,
            _ => NOT_FOUND,
        }
    }
    fn tenants(method: &str, path: &str) -> &'static str {
        match (method, path) {
            ("POST", "/v1/traces") => {
                "HTTP/1.1 401 Unauthorized\r\ncontent-type: text/plain\r\ncontent-length: 9\r\n\r\nno org id"
            }
            _ => NOT_FOUND,
        }
    }
    fn forbidden(_: &str, _: &str) -> &'static str {
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"
    }
    for (answer, wanted) in [
        (
            guarded as fn(&str, &str) -> &'static str,
            Wanted::Credentials,
        ),
        (tenants, Wanted::Tenant),
        (forbidden, Wanted::Permission),
    ] {
        let listener = Listener::web(answer).await;
        let task = task(listener.address, OtlpProtocol::Http, Encryption::Plaintext);
        let ladder = climb(&task).await;
        let export = &only(&ladder).export.as_ref().expect("one").found;
        assert_eq!(export.wants(), Some(wanted), "{export:?}");
    }
}

#[tokio::test]
async fn a_web_page_that_takes_everything_is_no_receiver() {
    fn page(_: &str, _: &str) -> &'static str {
        "HTTP/1.1 200 OK\r\nserver: nginx/1.27\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>"
    }
    let listener = Listener::web(page).await;
    let ladder = climb(&task(
        listener.address,
        OtlpProtocol::Http,
        Encryption::Plaintext,
    ))
    .await;
    let way = only(&ladder);
    let speech = &way.speech.as_ref().expect("speech").found;
    let expected = Who::Web {
        server: Some("nginx/1.27".to_owned()),
    };
    assert_eq!(
        (&speech.listener, speech.otlp.as_slice()),
        (&expected, [].as_slice())
    );
    let outcome = &way.export.as_ref().expect("one").found.delivery.outcome;
    assert!(
        matches!(outcome, ExportOutcome::NotOtlp { .. }),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn grafana_is_known_by_its_page_of_health() {
    fn grafana(_: &str, path: &str) -> &'static str {
        match path {
            "/api/health" => {
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 36\r\n\r\n{\"database\":\"ok\",\"version\":\"11.0.0\"}"
            }
            _ => "HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n",
        }
    }
    let listener = Listener::web(grafana).await;
    let task = task(listener.address, OtlpProtocol::Http, Encryption::Plaintext);
    let ladder = climb(&task).await;
    let way = only(&ladder);
    assert_eq!(
        way.speech.as_ref().expect("one").found.listener,
        Who::Grafana
    );
    let outcome = &way.export.as_ref().expect("one").found.delivery.outcome;
    assert!(
        matches!(outcome, ExportOutcome::HttpStatus { status: 302, .. }),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn nothing_is_sent_where_only_connections_are_wanted() {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    let bytes = Arc::new(AtomicUsize::new(0));
    let (sender, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let count = Arc::clone(&bytes);
    let listener = Listener::start(move |mut stream| {
        let (count, sender) = (Arc::clone(&count), sender.clone());
        async move {
            let mut read = Vec::new();
            stream.read_to_end(&mut read).await.ok();
            count.fetch_add(read.len(), Ordering::SeqCst);
            sender.send(()).ok();
        }
    })
    .await;
    let mut task = task(listener.address, OtlpProtocol::Grpc, Encryption::Plaintext);
    task.depth = LadderDepth::Connect;
    let ladder = climb(&task).await;
    let way = only(&ladder);
    assert_eq!(way.connection.found, ConnectOutcome::Open);
    assert!(way.speech.is_none() && way.export.is_none());
    ended.recv().await.expect("the connection ended");
    assert_eq!(bytes.load(Ordering::SeqCst), 0);
}

/// Whether nobody is blamed for what a look found.
fn blames_nobody(task: &NetworkTask, ladder: &Ladder) -> bool {
    !matches!(judge(&task.destination, ladder), Judgement::Breaks(_))
}

#[tokio::test]
async fn a_receiver_that_had_no_time_to_answer_is_not_mute() {
    let silent = Listener::silent().await;
    let task = task(silent.address, OtlpProtocol::Grpc, Encryption::Plaintext);
    let ladder = task
        .perform(&Place::own(), Deadline::after(Duration::from_secs(2)))
        .await;
    let way = only(&ladder);
    assert_eq!(way.connection.found, ConnectOutcome::Open);
    assert!(
        way.speech.is_none() && ladder.unfinished.is_some(),
        "{ladder:?}"
    );
    assert!(blames_nobody(&task, &ladder));
}

#[tokio::test]
async fn a_receiver_that_is_slow_to_take_an_export_is_not_taken_for_a_web_server() {
    // Pages come at once, and an export is never answered.
    let listener = Listener::start(|mut stream| async move {
        let mut buffer = [0; 1024];
        let read = stream.read(&mut buffer).await.unwrap_or_default();
        if buffer[..read].starts_with(b"POST") {
            std::future::pending::<()>().await;
        }
        stream.write_all(NOT_FOUND.as_bytes()).await.ok();
    })
    .await;
    let task = task(listener.address, OtlpProtocol::Http, Encryption::Plaintext);
    // Enough for what the port speaks, and not for the patience of an export.
    let ladder = task
        .perform(&Place::own(), Deadline::after(Duration::from_secs(6)))
        .await;
    let way = only(&ladder);
    let speech = &way.speech.as_ref().expect("speech").found;
    assert_eq!(speech.listener, Who::Unknown, "{speech:?}");
    assert_eq!(speech.untold, [OtlpProtocol::Http]);
    assert!(
        way.export.is_none() && ladder.unfinished.is_some(),
        "{ladder:?}"
    );
    assert!(blames_nobody(&task, &ladder));
}

#[tokio::test]
async fn a_guard_whose_other_pages_do_not_answer_may_stand_before_a_receiver() {
    let listener = Listener::start(|mut stream| async move {
        let mut buffer = [0; 1024];
        let read = stream.read(&mut buffer).await.unwrap_or_default();
        if buffer[..read].starts_with(b"POST /v1/ptctl") {
            std::future::pending::<()>().await;
        }
        let answer = if buffer[..read].starts_with(b"POST") {
            UNAUTHORISED
        } else {
            NOT_FOUND
        };
        stream.write_all(answer.as_bytes()).await.ok();
    })
    .await;
    let task = task(listener.address, OtlpProtocol::Http, Encryption::Plaintext);
    let ladder = climb(&task).await;
    let speech = &only(&ladder).speech.as_ref().expect("speech").found;
    assert_eq!(
        (&speech.listener, speech.untold.as_slice()),
        (&Who::Unknown, [OtlpProtocol::Http].as_slice())
    );
}

#[tokio::test]
async fn an_authority_that_the_helper_cannot_see_is_not_missing() {
    let listener = Listener::secured(Certificate::Good, receiver).await;
    let task = task(listener.address, OtlpProtocol::Http, Encryption::Tls);
    let deadline = Deadline::after(Duration::from_secs(20));
    let ladder = task.perform(&Place::of_helper(), deadline).await;
    let way = only(&ladder);
    let tls = way.speech.as_ref().expect("one").found.tls.as_ref();
    assert!(
        matches!(tls.expect("TLS").trust, Trust::Unchecked { .. }),
        "{tls:?}"
    );
    assert!(way.export.is_none());
    let reason = ladder.unfinished.as_deref().expect("a reason");
    assert!(reason.contains("cannot be seen"), "{reason}");
    assert!(blames_nobody(&task, &ladder));
}

#[tokio::test]
async fn headers_of_a_service_that_may_mean_tls_never_go_out_in_plaintext() {
    let (sender, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let listener = Listener::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            let mut buffer = vec![0; 4096];
            let read = stream.read(&mut buffer).await.unwrap_or_default();
            sender.send(buffer[..read].to_vec()).ok();
            let is_export = buffer.starts_with(b"POST /v1/traces");
            let answer = if is_export { OTLP } else { NOT_FOUND };
            stream.write_all(answer.as_bytes()).await.ok();
        }
    })
    .await;
    let mut task = task(listener.address, OtlpProtocol::Http, Encryption::Plaintext);
    task.destination.encryption = None;
    let exporter = task.exporter.as_mut().expect("one");
    exporter.security = Security::Tls(TlsSettings::default());
    exporter.headers = vec![Header {
        name: "authorization".to_owned(),
        value: Secret::new("Bearer planted"),
    }];
    let ladder = climb(&task).await;
    drop(listener);
    let way = only(&ladder);
    assert_eq!(
        way.speech.as_ref().expect("one").found.otlp,
        [OtlpProtocol::Http]
    );
    assert!(way.export.is_none());
    let reason = ladder.unfinished.as_deref().expect("a reason");
    assert!(reason.contains("headers"), "{reason}");
    while let Ok(bytes) = heard.try_recv() {
        assert!(memchr::memmem::find(&bytes, b"planted").is_none());
    }
}

#[tokio::test]
async fn what_keeps_anybody_from_exporting_like_the_service_is_said() {
    let listener = Listener::web(receiver).await;
    let mut task = task(listener.address, OtlpProtocol::Http, Encryption::Plaintext);
    task.exporter = Err("its headers cannot be read".to_owned());
    let ladder = climb(&task).await;
    assert!(only(&ladder).speech.is_some() && only(&ladder).export.is_none());
    let reason = ladder.unfinished.as_deref().expect("a reason");
    assert!(reason.contains("its headers cannot be read"), "{reason}");
}

#[tokio::test]
async fn a_word_that_could_not_be_said_is_no_hang_up() {
    let gone = Listener::nobody().await;
    let door = Door {
        address: gone,
        host: "127.0.0.1",
    };
    let task = task(gone, OtlpProtocol::Http, Encryption::Plaintext);
    let roots = Roots::of(&Place::own(), None);
    let deadline = Deadline::after(Duration::from_secs(20));
    let spoken = speak(&door, &task.destination, &roots, deadline).await;
    assert!(spoken.is_err(), "{spoken:?}");
}

#[tokio::test]
async fn what_a_server_calls_itself_cannot_move_the_cursor() {
    fn page(_: &str, _: &str) -> &'static str {
        "HTTP/1.1 200 OK\r\nserver: a\u{9b}2J\r\ncontent-length: 6\r\n\r\n<html>"
    }
    let listener = Listener::web(page).await;
    let task = task(listener.address, OtlpProtocol::Http, Encryption::Plaintext);
    let ladder = climb(&task).await;
    let expected = Who::Web {
        server: Some("a\\u{9b}2J".to_owned()),
    };
    assert_eq!(
        only(&ladder).speech.as_ref().expect("one").found.listener,
        expected
    );
}

#[tokio::test]
async fn a_page_that_breaks_off_is_no_answer() {
    fn page(_: &str, _: &str) -> &'static str {
        "HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\necho"
    }
    let listener = Listener::web(page).await;
    let door = Door {
        address: listener.address,
        host: "127.0.0.1",
    };
    let deadline = Deadline::after(Duration::from_secs(20));
    let answer = ask(
        &door,
        Encryption::Plaintext,
        Question::get("/api/echo"),
        deadline,
    )
    .await;
    assert_eq!(answer, None);
}
