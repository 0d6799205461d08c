//! Whole looks at a played stack.

mod backends;
mod images;
mod logs;
mod missing;
mod stacks;

use ptctl_diagnosis::snapshot::{Container, Role, Snapshot, Tempo};
use serde_json::json;

use crate::fake_stack::{FakeEngine, FakeTempo, TEMPO};

/// Publishes a fake backend as port 3200 of the container `tempo`.
fn publish(engine: &FakeEngine, tempo: &FakeTempo) {
    engine.change(TEMPO, |described| {
        described["NetworkSettings"]["Ports"] =
            json!({"3200/tcp": [{"HostIp": "127.0.0.1", "HostPort": tempo.port().to_string()}]});
    });
}

fn container(snapshot: &Snapshot, role: Role) -> &Container {
    snapshot
        .containers
        .iter()
        .find(|container| container.role == role)
        .expect("the recorded stack has one")
}

fn backend(snapshot: &Snapshot) -> &Tempo {
    assert_eq!(snapshot.tempos.len(), 1);
    &snapshot.tempos[0]
}

/// A moment within the window, as the engine writes it.
fn now() -> String {
    jiff::Timestamp::now().to_string()
}
<<<<<<< Updated upstream

#[tokio::test]
async fn a_ready_backend_is_read_through_its_published_port() {
    for (wire, generation, version, retention) in [
        (Wire::Docker20, Generation::Two, "2.10.8", 168),
        (Wire::Docker26, Generation::Three, "3.1.0-main", 168),
        (Wire::Docker29, Generation::Three, "3.1.0-main", 168),
    ] {
        let engine = FakeEngine::on_socket(wire);
        let fake = FakeTempo::ready(generation).await;
        publish(&engine, &fake);
        let snapshot = gather(&request(&engine)).await.unwrap();
        assert_eq!(snapshot.stack.project.as_deref(), Some("shop"));
        assert_eq!(snapshot.stack.chosen_by, "the only traced project");
        assert!(snapshot.gaps.is_empty() && !snapshot.timed_out);
        let tempo = backend(&snapshot);
        assert_eq!(tempo.name, "tempo");
        assert_eq!(
            tempo.reached.get().unwrap(),
            &Reached::PublishedPort(fake.url().to_string().trim_end_matches('/').to_owned())
        );
        assert_eq!(tempo.ready.get().unwrap(), &Readiness::Ready);
        assert_eq!(tempo.version.get().unwrap().version, version);
        let config = tempo.config.get().unwrap();
        assert_eq!(config.retention.unwrap().as_hours(), retention);
        let protocols: Vec<OtlpProtocol> = config
            .receivers
            .iter()
            .map(|receiver| receiver.protocol)
            .collect();
        assert_eq!(protocols, [OtlpProtocol::Grpc, OtlpProtocol::Http]);
        assert!(tempo.metrics.get().unwrap().accepted > 0);
        let services = tempo.services.get().unwrap();
        assert!(
            services.iter().any(|name| name == "docutag-scraper"),
            "{services:?}"
        );
        let sightings = tempo.sightings.get().unwrap();
        assert!(
            sightings
                .iter()
                .any(|seen| seen.service_name == "shop-web" && seen.last_at.is_some())
        );
        assert!(tempo.oldest_trace.get().unwrap().is_some());
        let query = tempo.query.get().unwrap();
        assert!(query.answer == QueryAnswer::Answered && query.found > 0);
        let read_back = query.read_back.as_ref().unwrap();
        assert_eq!(read_back.trace_id.len(), 32);
        assert_eq!(read_back.answer, QueryAnswer::Answered);
        assert_eq!(tempo.volume.get().unwrap().used_bytes, Some(48213));
    }
}

#[tokio::test]
async fn a_backend_that_is_not_ready_says_why() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let fake = FakeTempo::not_ready().await;
    publish(&engine, &fake);
    let snapshot = gather(&request(&engine)).await.unwrap();
    let Readiness::NotReady { status, reason } = backend(&snapshot).ready.get().unwrap() else {
        panic!("ready")
    };
    assert_eq!(*status, 503);
    assert!(
        reason.ends_with("waiting for 15s after being ready"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_silent_backend_costs_one_deadline_and_the_rest_is_read() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let fake = FakeTempo::silent().await;
    publish(&engine, &fake);
    engine.answer(
        &format!("/containers/{TEMPO}/archive"),
        FakeEngine::archive("server: {http_listen_port: 3200}\n"),
    );
    let begun = Instant::now();
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    let tempo = backend(&snapshot);
    assert_eq!(
        tempo.ready.get().unwrap(),
        &Readiness::NoAnswer {
            reason: "no answer within 2 s".into()
        }
    );
    assert_eq!(fake.asked(), ["/ready"]);
    assert_eq!(tempo.config.get().unwrap().source, "/etc/tempo.yaml");
    let file = tempo.file.get().unwrap();
    let port = file.at(&["server", "http_listen_port"]).unwrap();
    assert!(file.location(port).to_string().ends_with("tempo.yaml:1:28"));
    assert_eq!(tempo.metrics.gap().unwrap().probe, Probe::TempoMetrics);
    assert!(matches!(snapshot.events, Observed::Known(_)));
}

#[tokio::test]
async fn a_backend_that_cannot_be_reached_is_a_gap_by_construction() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let snapshot = gather(&request(&engine)).await.unwrap();
    let gap = backend(&snapshot).reached.gap().unwrap();
    assert_eq!(gap.probe, Probe::TempoAddress);
    assert_eq!(
        gap.reason,
        "it publishes no port of its API, and its own address cannot be reached from here; \
         its network cannot be entered from here; `--probe` looks from a helper container"
    );
    assert!(backend(&snapshot).ready.gap().is_some());
}

#[tokio::test]
async fn a_backend_that_does_not_run_is_not_asked() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let fake = FakeTempo::ready(Generation::Three).await;
    publish(&engine, &fake);
    engine.change(TEMPO, |described| {
        described["State"]["Status"] = "exited".into();
        described["State"]["ExitCode"] = 1.into();
        described["State"]["FinishedAt"] = now().into();
        described["State"]["StartedAt"] = now().into();
    });
    let time = now();
    engine.answer(
        &format!("/containers/{TEMPO}/logs"),
        FakeEngine::framed(&[
            (2, &time, b"failed parsing config: failed to parse configFile /etc/tempo.yaml: yaml: unmarshal errors:"),
            (2, &time, b"  line 14: field ingester not found in type app.Config"),
        ]),
    );
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(
        backend(&snapshot).ready.gap().unwrap().reason,
        "the container is exited"
    );
    assert!(fake.asked().is_empty());
    let fatal = &container(&snapshot, Role::Tempo).logs.get().unwrap().fatal;
    let texts: Vec<&str> = fatal.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts.len(), 2);
    assert_eq!(
        texts[1],
        "  line 14: field ingester not found in type app.Config"
    );
}

#[tokio::test]
async fn the_tenant_and_the_headers_are_sent() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let fake = FakeTempo::with_tenants().await;
    publish(&engine, &fake);
    let mut request = request(&engine);
    let snapshot = gather(&request).await.unwrap();
    assert_eq!(
        backend(&snapshot).services.gap().unwrap().reason,
        "HTTP 401: no org id"
    );
    request.tempo.tenant = Some("shop".into());
    let snapshot = gather(&request).await.unwrap();
    assert!(backend(&snapshot).services.known().is_some());
}

#[tokio::test]
async fn a_backend_elsewhere_is_asked_at_the_address_given() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let fake = FakeTempo::ready(Generation::Three).await;
    let mut request = request(&engine);
    let mut url = fake.url();
    url.set_username("me").unwrap();
    url.set_password(Some("s3cr3t")).unwrap();
    request.tempo.url = Some(url);
    let snapshot = gather(&request).await.unwrap();
    let given = snapshot
        .tempos
        .iter()
        .find(|tempo| tempo.container.is_none())
        .unwrap();
    assert_eq!(given.ready.get().unwrap(), &Readiness::Ready);
    assert_eq!(
        given.reached.get().unwrap().url(),
        fake.url().as_str().trim_end_matches('/')
    );
    assert!(!serde_json::to_string(&snapshot).unwrap().contains("s3cr3t"));
}

/// The recorded service as started just now: its first minute and the window are then one range of its log.
fn just_started(engine: &FakeEngine) {
    engine.change(WEB, |described| {
        described["State"]["StartedAt"] = now().into();
    });
}

#[tokio::test]
async fn what_a_log_says_is_classified_and_folded() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    just_started(&engine);
    let time = now();
    let refused = br#"{"time":"t","level":"ERROR","msg":"failed to export spans","service":"shop-web","error":"transport error: tcp connect error: Connection refused (os error 111)","cause":"connection refused","endpoint":"http://tempo:4317","spans_waiting":3,"spans_dropped":0,"spans_failed":0}"#;
    let announced = br#"{"level":"INFO","msg":"initializing tracer","service":"shop-web","tempo_endpoint":"tempo:4317"}"#;
    let request_line = br#"{"level":"INFO","msg":"served","method":"GET","path":"/cart","status":200,"request_id":"7"}"#;
    engine.answer(
        &format!("/containers/{WEB}/logs"),
        FakeEngine::framed(&[
            (1, &time, announced),
            (1, &time, request_line),
            (1, &time, refused),
            (1, &time, refused),
            (2, &time, b"\xff\xfe not text \x1b[31m"),
        ]),
    );
    let snapshot = gather(&request(&engine)).await.unwrap();
    let logs = container(&snapshot, Role::Service).logs.get().unwrap();
    assert_eq!(logs.announced_service.as_deref(), Some("shop-web"));
    assert_eq!(
        (
            logs.requests.count,
            logs.trace_ids.request_lines,
            logs.trace_ids.with_trace_id
        ),
        (1, 1, 0)
    );
    assert_eq!(logs.errors.len(), 1, "{:?}", logs.errors);
    assert_eq!(
        (
            logs.errors[0].kind,
            logs.errors[0].count,
            logs.errors[0].since_start
        ),
        (ErrorKind::BackendDown, 2, 2)
    );
    let last = &logs.tail.last().unwrap().text;
    assert!(!last.chars().any(char::is_control), "{last:?}");
}

#[tokio::test]
async fn a_terminals_log_is_read_too() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(WEB, |described| described["Config"]["Tty"] = true.into());
    just_started(&engine);
    let log = format!("{} first\r\n{} second\r\n", now(), now());
    engine.answer(&format!("/containers/{WEB}/logs"), Answer::Body(log.into()));
    let snapshot = gather(&request(&engine)).await.unwrap();
    let logs = container(&snapshot, Role::Service).logs.get().unwrap();
    assert_eq!(logs.window.lines, 2);
    assert_eq!(logs.tail[1].text, "second");
}

#[tokio::test]
async fn when_the_budget_passes_what_is_missing_becomes_a_gap() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.answer(&format!("/containers/{WEB}/logs"), Answer::Silence);
    engine.answer("/events", Answer::Silence);
    let mut request = request(&engine);
    request.timeout = Duration::from_millis(900);
    let begun = Instant::now();
    let snapshot = gather(&request).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert!(snapshot.timed_out);
    assert_eq!(snapshot.events.gap().unwrap().probe, Probe::Events);
    assert_eq!(
        container(&snapshot, Role::Service)
            .logs
            .gap()
            .unwrap()
            .probe,
        Probe::Logs
    );
    assert!(container(&snapshot, Role::Tempo).logs.known().is_some());
}

#[tokio::test]
async fn a_container_that_cannot_be_described_is_a_gap_and_one_that_vanished_is_none() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.answer(
        &format!("/containers/{TEMPO}/json"),
        Answer::BrokenOff("{\"Id\":".into()),
    );
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(snapshot.gaps.len(), 1);
    assert_eq!(snapshot.gaps[0].probe, Probe::Containers);
    engine.answer(
        &format!("/containers/{TEMPO}/json"),
        Answer::Refusal(404, "No such container"),
    );
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert!(snapshot.gaps.is_empty());
}

#[tokio::test]
async fn strangers_that_cannot_be_described_are_one_gap_that_blinds_nobody() {
    let engine = FakeEngine::crowd(Wire::Docker20, 1, 3);
    for number in 1..4 {
        let path = format!("/containers/{number:064x}/json");
        engine.answer(&path, Answer::BrokenOff("{\"Id\":".into()));
    }
    let mut request = request(&engine);
    request.stack.project = Some("shop".to_owned());
    let snapshot = gather(&request).await.unwrap();
    let [gap] = snapshot.gaps.as_slice() else {
        panic!("{:?}", snapshot.gaps)
    };
    assert_eq!(gap.probe, Probe::Strangers);
    assert!(!gap.probe.is_essential());
    assert!(gap.reason.contains("and of 2 more"), "{}", gap.reason);
}

#[tokio::test]
async fn an_engine_that_hangs_ends_the_look_within_the_budget() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.answer("/_ping", Answer::Silence);
    let mut request = request(&engine);
    request.timeout = Duration::from_millis(200);
    let error = gather(&request).await.unwrap_err();
    let GatherError::Engine(error) = error else {
        panic!("{error:?}")
    };
    assert!(matches!(error.fault, EngineFault::NoAnswer { .. }));
}

#[tokio::test]
async fn several_traced_projects_are_listed_and_one_of_them_can_be_named() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["Config"]["Labels"]["com.docker.compose.project"] = "other".into();
        described["Config"]["Labels"]["dev.ptctl.role"] = "service".into();
        described["Config"]["Env"] = json!(["OTEL_EXPORTER_OTLP_ENDPOINT=http://elsewhere:4317"]);
    });
    let mut request = request(&engine);
    let error = gather(&request).await.unwrap_err();
    let GatherError::Stack(ChoiceError::Ambiguous { projects }) = error else {
        panic!("{error:?}")
    };
    assert_eq!(projects, ["other", "shop"]);
    request.stack.project = Some("shop".into());
    let snapshot = gather(&request).await.unwrap();
    assert_eq!(snapshot.stack.other_projects, ["other"]);
    request.stack.project = Some("nope".into());
    let error = gather(&request).await.unwrap_err();
    assert!(matches!(
        error,
        GatherError::Stack(ChoiceError::NoSuchProject { .. })
    ));
}

#[tokio::test]
async fn this_folders_project_comes_before_the_others() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["Config"]["Labels"]["com.docker.compose.project"] = "here".into();
        described["Config"]["Labels"]["com.docker.compose.project.working_dir"] =
            engine.folder().display().to_string().into();
    });
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(snapshot.stack.project.as_deref(), Some("here"));
    assert_eq!(snapshot.stack.chosen_by, "the project of this folder");
}

#[tokio::test]
async fn a_backend_of_another_project_belongs_to_the_stack_that_shares_its_network() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["Config"]["Labels"]["com.docker.compose.project"] = "observability".into();
    });
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(snapshot.stack.project.as_deref(), Some("shop"));
    assert_eq!(
        container(&snapshot, Role::Tempo).project.as_deref(),
        Some("observability")
    );
    engine.change(TEMPO, |described| {
        let networks = described["NetworkSettings"]["Networks"]["shop_default"].take();
        described["NetworkSettings"]["Networks"] = json!({"far": networks});
        described["NetworkSettings"]["Networks"]["far"]["Aliases"] = json!(["store"]);
    });
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert!(snapshot.tempos.is_empty());
    assert_eq!(snapshot.elsewhere[0].name, "shop_tempo_1");
    let networks: Vec<_> = snapshot.elsewhere[0].networks().collect();
    assert_eq!(networks, ["far"]);
}

#[tokio::test]
async fn an_engine_without_anything_traced_has_no_stack() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.answer("/containers/json", Answer::json(&json!([])));
    let error = gather(&request(&engine)).await.unwrap_err();
    assert!(
        matches!(
            error,
            GatherError::Stack(ChoiceError::NoStack { containers: 0, .. })
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn where_no_engine_is_every_place_that_was_tried_is_named() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let mut request = request(&engine);
    request.engine = EngineChoice {
        host: Some("unix:///nowhere/docker.sock".into()),
        context: None,
    };
    let error = gather(&request).await.unwrap_err();
    assert_eq!(error.to_string(), "could not connect to the Docker engine");
}

#[tokio::test]
async fn a_description_asks_no_container_anything() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let fake = FakeTempo::ready(Generation::Three).await;
    publish(&engine, &fake);
    let mut request = request(&engine);
    request.depth = Depth::Description;
    let snapshot = gather(&request).await.unwrap();
    assert_eq!(snapshot.containers.len(), 2);
    assert!(fake.asked().is_empty());
    assert!(
        engine
            .asked()
            .iter()
            .all(|path| !path.contains("/logs") && !path.contains("/archive"))
    );
}

#[tokio::test]
async fn the_image_of_several_containers_is_asked_for_once_and_its_secrets_are_gone() {
    for wire in Wire::ALL {
        let engine = FakeEngine::on_socket(wire);
        let snapshot = gather(&request(&engine)).await.unwrap();
        let images = snapshot.images.get().unwrap();
        assert_eq!(images.len(), 1, "{wire:?}");
        let image = &images[0];
        assert_eq!(image.tags, ["shop-web:1"]);
        assert_eq!(
            (image.platform.as_str(), image.user.as_str()),
            ("linux/amd64", "65532:65532")
        );
        assert_eq!(image.entrypoint, ["/shop-web"]);
        let variables: Vec<(&str, &str)> = image
            .environment
            .iter()
            .map(|variable| (variable.name.as_str(), variable.value.as_str()))
            .collect();
        let expected = [("LISTEN_ADDR", "0.0.0.0:8080"), ("API_TOKEN", "[redacted]")];
        assert_eq!(variables, expected);
        let asked = engine.asked();
        let questions = asked.iter().filter(|path| path.contains("/images/sha256:"));
        assert_eq!(questions.count(), 1, "{asked:?}");
    }
}

#[tokio::test]
async fn an_image_that_was_removed_is_no_gap_and_one_that_cannot_be_described_is() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let snapshot = gather(&request(&engine)).await.unwrap();
    let path = format!("/images/{}/json", snapshot.containers[0].image_id);
    engine.answer(&path, Answer::Refusal(404, "No such image"));
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(snapshot.images, Observed::Known(Vec::new()));
    engine.answer(&path, Answer::Refusal(500, "layer does not exist"));
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(snapshot.images.gap().unwrap().probe, Probe::Images);
}
=======
>>>>>>> Stashed changes
