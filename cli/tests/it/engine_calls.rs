//! Every call to an engine against what engines of two generations answer.

#![expect(clippy::unwrap_used, reason = "what a test prepares may fail loudly")]

use std::time::Duration;

use jiff::Timestamp;
use ptctl::{
    clients::{
        deadline::Deadline,
        docker::{ArchivedFile, Engine, EngineError, EngineFault, LogRange},
    },
    context::{EngineEndpoint, ServerCheck, TlsMaterial},
};
use ptctl_diagnosis::snapshot::{
    ContainerId, EngineEventKind, EngineSource, HealthStatus, RestartPolicy, Role, Status,
};
use serde_json::json;

use crate::fake_stack::{Answer, FakeEngine, TEMPO, WEB, Wire, certificates, environment};

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn connect(fake: &FakeEngine) -> Engine {
    try_connect(fake).await.unwrap()
}

async fn try_connect(fake: &FakeEngine) -> Result<Engine, EngineError> {
    let endpoint = EngineEndpoint::parse(&fake.address(), None).unwrap();
    Engine::connect(endpoint, &environment(fake.folder()).variables, soon()).await
}

fn web() -> ContainerId {
    ContainerId(WEB.to_owned())
}

fn tempo() -> ContainerId {
    ContainerId(TEMPO.to_owned())
}

#[tokio::test]
async fn the_engine_says_what_it_is() {
    for (wire, version, api) in [
        (Wire::Docker20, "Docker 20.10.24+dfsg1", "1.41"),
        (Wire::Docker26, "Docker 26.1.5+dfsg1", "1.45"),
        (Wire::Docker29, "Docker 29.0.1", "1.52"),
    ] {
        let fake = FakeEngine::on_socket(wire);
        let engine = connect(&fake).await;
        let facts = engine.facts(EngineSource::HostFlag, soon()).await.unwrap();
        assert_eq!(
            (facts.version.as_str(), facts.api_version.as_str()),
            (version, api)
        );
        assert_eq!(facts.platform, "linux/amd64");
        let host = engine.host(soon()).await.unwrap();
        assert_eq!(
            (host.name.as_str(), host.has_reachable_networks),
            ("host", false)
        );
    }
}

#[tokio::test]
async fn every_request_but_the_ping_carries_the_version_agreed_on() {
    for (wire, prefix) in [
        (Wire::Docker20, "/v1.41/"),
        (Wire::Docker26, "/v1.45/"),
        (Wire::Docker29, "/v1.52/"),
    ] {
        let fake = FakeEngine::on_loopback(wire).await;
        let engine = connect(&fake).await;
        engine.containers(soon()).await.unwrap();
        engine.networks(soon()).await.unwrap();
        engine.inspect(&web(), soon()).await.unwrap();
        engine.volume_sizes(soon()).await.unwrap();
        let asked = fake.asked();
        assert_eq!(asked[0], "/_ping");
        assert!(
            asked[1..].iter().all(|path| path.starts_with(prefix)),
            "{asked:?}"
        );
    }
}

#[tokio::test]
async fn containers_are_listed_with_state_labels_and_networks() {
    for wire in Wire::ALL {
        let fake = FakeEngine::on_socket(wire);
        let listed = connect(&fake).await.containers(soon()).await.unwrap();
        let names: Vec<&str> = listed
            .iter()
            .map(|container| container.name.as_str())
            .collect();
        assert_eq!(names, ["shop_web_1", "shop_tempo_1"]);
        assert!(
            listed
                .iter()
                .all(|container| container.is_running && container.project() == Some("shop"))
        );
        assert_eq!(listed[0].networks, ["shop_default"]);
    }
}

#[tokio::test]
async fn a_container_is_described_in_full_and_without_its_secrets() {
    for wire in Wire::ALL {
        let fake = FakeEngine::on_socket(wire);
        let container = connect(&fake).await.inspect(&web(), soon()).await.unwrap();
        assert_eq!(
            (container.name.as_str(), container.role),
            ("shop_web_1", Role::Service)
        );
        assert_eq!(container.service.as_deref(), Some("web"));
        assert_eq!(container.state.status, Status::Running);
        assert_eq!(
            container.state.health.as_ref().unwrap().status,
            HealthStatus::Healthy
        );
        assert_eq!(container.state.finished_at, None);
        assert_eq!(container.variable("TEMPO_ENDPOINT"), Some("tempo:4317"));
        assert!(!container.variable("API_TOKEN").unwrap().contains("s3cr3t"));
        assert_eq!(container.exposed_ports, [8080]);
        let port = &container.published_ports[0];
        assert_eq!(
            (
                port.host_address.as_str(),
                port.host_port,
                port.container_port
            ),
            ("127.0.0.1", 18080, 8080)
        );
        let attachment = &container.attachments[0];
        for name in ["web", "shop_web_1", "2620bc015bfb"] {
            assert!(
                attachment.names.iter().any(|known| known == name),
                "{name} in {wire:?}"
            );
        }
        assert!(attachment.address.is_some() && attachment.gateway.is_some());
        assert_eq!(container.restart_policy, RestartPolicy::UnlessStopped);
        assert_eq!(container.stop_grace.map(|grace| grace.as_secs()), Some(15));
        assert_eq!(container.memory_limit, Some(64 << 20));
        assert_eq!(container.log_driver, "json-file");
    }
}

#[tokio::test]
async fn a_field_that_was_renamed_is_an_error_and_not_an_empty_fact() {
    let fake = FakeEngine::on_socket(Wire::Docker29);
    fake.change(WEB, |described| {
        let state = described["State"].take();
        described["Condition"] = state;
    });
    let error = connect(&fake)
        .await
        .inspect(&web(), soon())
        .await
        .unwrap_err();
    assert_eq!(
        error.fault.to_string(),
        "the engine's answer could not be understood: it has no `State`"
    );
}

#[tokio::test]
async fn networks_are_listed() {
    for wire in Wire::ALL {
        let fake = FakeEngine::on_socket(wire);
        let networks = connect(&fake).await.networks(soon()).await.unwrap();
        assert!(
            networks
                .iter()
                .any(|network| network.name == "shop_default" && network.driver == "bridge")
        );
    }
}

#[tokio::test]
async fn events_tell_what_happened_to_whom() {
    for wire in Wire::ALL {
        let fake = FakeEngine::on_socket(wire);
        let engine = connect(&fake).await;
        let events = engine
            .events(Timestamp::UNIX_EPOCH, Timestamp::now(), soon())
            .await
            .unwrap();
        let of_web: Vec<EngineEventKind> = events
            .iter()
            .filter(|event| event.container == web())
            .map(|event| event.kind)
            .collect();
        for kind in [
            EngineEventKind::Start,
            EngineEventKind::Connect,
            EngineEventKind::Disconnect,
            EngineEventKind::Kill { signal: 15 },
            EngineEventKind::Die { exit_code: 0 },
        ] {
            assert!(of_web.contains(&kind), "{kind:?} in {of_web:?}");
        }
    }
}

#[tokio::test]
async fn volumes_have_their_size_in_both_shapes_of_the_answer() {
    for wire in Wire::ALL {
        let fake = FakeEngine::on_socket(wire);
        let engine = connect(&fake).await;
        let sizes = engine.volume_sizes(soon()).await.unwrap();
        assert_eq!(sizes.get("shop_data"), Some(&48213), "{wire:?}");
        let point = engine
            .volume_mount_point("shop_data", soon())
            .await
            .unwrap();
        assert_eq!(point, "/var/lib/docker/volumes/shop_data/_data");
        fake.answer("/system/df", Answer::json(&json!({"Everything": []})));
        assert!(engine.volume_sizes(soon()).await.is_err());
    }
}

#[tokio::test]
async fn a_log_is_handed_over_as_it_arrives() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    fake.answer(
        &format!("/containers/{WEB}/logs"),
        FakeEngine::framed(&[(1, "2026-11-22T08:56:42Z", b"hello")]),
    );
    let engine = connect(&fake).await;
    let range = LogRange::Last {
        lines: 5,
        since: None,
    };
    let mut stream = engine.log(&web(), range, soon()).await.unwrap();
    let mut bytes = 0;
    while let Some(chunk) = stream.next(soon()).await.unwrap() {
        bytes += chunk.len();
    }
    assert_eq!(bytes, 8 + 21 + "hello\n".len());
    assert!(
        fake.asked()
            .last()
            .unwrap()
            .ends_with("&timestamps=true&tail=5")
    );
}

#[tokio::test]
async fn a_file_is_read_out_of_a_container() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let engine = connect(&fake).await;
    assert_eq!(
        engine
            .file(&tempo(), "/etc/tempo.yaml", soon())
            .await
            .unwrap(),
        None
    );
    fake.answer(
        &format!("/containers/{TEMPO}/archive"),
        FakeEngine::archive("server: {}\n"),
    );
    let file = engine
        .file(&tempo(), "/etc/tempo.yaml", soon())
        .await
        .unwrap();
    assert_eq!(file, Some(ArchivedFile::Content(b"server: {}\n".to_vec())));
    assert!(
        fake.asked()
            .last()
            .unwrap()
            .ends_with("/archive?path=%2Fetc%2Ftempo.yaml")
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_an_error() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let engine = connect(&fake).await;
    fake.answer("/networks", Answer::BrokenOff("[{\"Name\":".into()));
    assert!(engine.networks(soon()).await.is_err());
    fake.answer("/system/df", Answer::BrokenOff("{\"Volumes\":[".into()));
    let error = engine.volume_sizes(soon()).await.unwrap_err();
    assert!(
        matches!(error.fault, EngineFault::BrokenOff(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let engine = connect(&fake).await;
    fake.answer("/containers/json", Answer::Silence);
    let error = engine
        .containers(Deadline::after(Duration::from_millis(50)))
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn the_engines_own_words_are_kept() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let engine = connect(&fake).await;
    fake.answer(
        &format!("/containers/{WEB}/logs"),
        Answer::Refusal(501, "configured logging driver does not support reading"),
    );
    let range = LogRange::Last {
        lines: 1,
        since: None,
    };
    let error = engine.log(&web(), range, soon()).await.unwrap_err();
    assert_eq!(
        error.fault.to_string(),
        "the engine answered 501: configured logging driver does not support reading"
    );
}

#[tokio::test]
async fn a_socket_that_nobody_serves_is_told_from_one_that_is_not_there() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let missing = EngineEndpoint::Unix(fake.folder().join("none.sock"));
    let variables = environment(fake.folder()).variables;
    let error = Engine::connect(missing, &variables, soon())
        .await
        .unwrap_err();
    assert!(error.is_absent() && !error.is_permission(), "{error:?}");
    let file = fake.folder().join("left-behind.sock");
    drop(std::os::unix::net::UnixListener::bind(&file).unwrap());
    let error = Engine::connect(EngineEndpoint::Unix(file), &variables, soon())
        .await
        .unwrap_err();
    assert!(matches!(error.fault, EngineFault::Connection { .. }) && error.is_absent());
}

#[tokio::test]
async fn an_engine_behind_ssh_is_asked_through_its_standard_streams() {
    let fake = FakeEngine::on_loopback(Wire::Docker20).await;
    let (host, port) = fake
        .address()
        .trim_start_matches("tcp://")
        .rsplit_once(':')
        .map(|(host, port)| (host.to_owned(), port.to_owned()))
        .unwrap();
    let program = fake.folder().join("ssh");
    let said = fake.folder().join("arguments");
    let script = format!(
        "#!/bin/bash\necho \"$@\" > {}\nexec 3<>/dev/tcp/{host}/{port}\ncat <&3 &\ncat >&3\n",
        said.display()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(
        &program,
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let mut variables = environment(fake.folder()).variables;
    variables.insert(
        "PATH".to_owned(),
        format!("{}:/usr/bin:/bin", fake.folder().display()),
    );
    let endpoint = EngineEndpoint::parse("ssh://me@far.example:2222", None).unwrap();
    let engine = Engine::connect(endpoint, &variables, soon()).await.unwrap();
    assert_eq!(engine.containers(soon()).await.unwrap().len(), 2);
    let arguments = std::fs::read_to_string(said).unwrap();
    assert_eq!(
        arguments,
        "-T -o BatchMode=yes -l me -p 2222 -- far.example docker system dial-stdio\n"
    );
}

#[tokio::test]
async fn an_engine_behind_tls_is_asked_with_a_certificate_and_its_own_is_checked() {
    let fake = FakeEngine::behind_tls(Wire::Docker29).await;
    let variables = environment(fake.folder()).variables;
    let connect = |folder: Option<&std::path::Path>, check| {
        let material = TlsMaterial::in_folder(folder, check);
        let endpoint = EngineEndpoint::parse(&fake.address(), Some(material)).unwrap();
        Engine::connect(endpoint, &variables, soon())
    };
    let folder = certificates();
    let engine = connect(Some(&folder), ServerCheck::Verify).await.unwrap();
    assert_eq!(engine.containers(soon()).await.unwrap().len(), 2);
    // Public authorities did not sign it; the engine wants a certificate even from those who do not care.
    assert!(connect(None, ServerCheck::Verify).await.is_err());
    assert!(connect(None, ServerCheck::Skip).await.is_err());
    let stranger = TlsMaterial {
        authority: None,
        ..TlsMaterial::in_folder(Some(&folder), ServerCheck::Verify)
    };
    let endpoint = EngineEndpoint::parse(&fake.address(), Some(stranger.clone())).unwrap();
    let error = Engine::connect(endpoint, &variables, soon())
        .await
        .unwrap_err();
    let said = ptctl::clients::cause::on_one_line(&error);
    assert!(said.contains("UnknownIssuer"), "{said}");
    let careless = TlsMaterial {
        check: ServerCheck::Skip,
        ..stranger
    };
    let endpoint = EngineEndpoint::parse(&fake.address(), Some(careless)).unwrap();
    assert!(Engine::connect(endpoint, &variables, soon()).await.is_ok());
}
