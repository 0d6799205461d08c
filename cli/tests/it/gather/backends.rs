//! How a backend is reached, and what it is asked.

use std::time::{Duration, Instant};

use ptctl::gather::gather;
use ptctl_diagnosis::{
    diagnose,
    observed::{Observed, Probe},
    policy::Policy,
    snapshot::{OtlpProtocol, QueryAnswer, Reached, Readiness, Role},
};

use super::{backend, container, now, publish};
use crate::fake_stack::{FakeEngine, FakeTempo, Generation, TEMPO, Wire, request};

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
async fn some_traces_of_late_are_read_without_the_values_of_their_attributes() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let fake = FakeTempo::ready(Generation::Three).await;
    publish(&engine, &fake);
    let snapshot = gather(&request(&engine)).await.unwrap();
    let sample = backend(&snapshot).sample.as_ref().unwrap().get().unwrap();
    assert!(sample.traces.len() > 1 && sample.found >= sample.traces.len());
    assert_eq!(sample.unread, 0);
    let read = fake.asked();
    let read = read.iter().filter(|path| path.contains("/api/v2/traces/"));
    assert_eq!(read.count(), sample.traces.len());
    for tree in sample.trees() {
        assert_eq!(tree.tops().len(), 1);
        assert_eq!(tree.services().len(), 2);
    }
    let json = serde_json::to_string(sample).unwrap();
    assert!(
        json.contains("http.route") && !json.contains("\"u-1\""),
        "{json}"
    );
}

#[tokio::test]
async fn traces_that_cannot_be_read_are_a_gap_and_what_search_found_stays() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let fake = FakeTempo::reading_nothing().await;
    publish(&engine, &fake);
    let snapshot = gather(&request(&engine)).await.unwrap();
    let tempo = backend(&snapshot);
    let gap = tempo.sample.as_ref().unwrap().gap().unwrap();
    assert_eq!(gap.probe, Probe::Traces);
    assert!(gap.reason.contains("HTTP 500: no block"), "{}", gap.reason);
    assert!(tempo.sightings.known().is_some());
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
        reason.starts_with("Some services are not Running"),
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
async fn an_api_for_its_own_container_alone_is_a_gap_and_not_a_tempo_that_is_not_ready() {
    for (file, command) in [
        ("server: {http_listen_address: 127.0.0.1}\n", None),
        ("{}\n", Some("-server.http-listen-address=localhost")),
    ] {
        let engine = FakeEngine::on_socket(Wire::Docker20);
        let fake = FakeTempo::silent().await;
        publish(&engine, &fake);
        let path = format!("/containers/{TEMPO}/archive");
        engine.answer(&path, FakeEngine::archive(file));
        engine.change(TEMPO, |described| {
            let words = described["Args"].as_array_mut().unwrap();
            words.extend(command.map(Into::into));
        });
        let snapshot = gather(&request(&engine)).await.unwrap();
        let gap = backend(&snapshot).ready.gap().unwrap();
        assert!(
            gap.reason.starts_with("its API listens on loopback alone"),
            "{}",
            gap.reason
        );
        assert!(fake.asked().is_empty());
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let mut found = diagnosis.causes.iter();
        assert!(!found.any(|cause| cause.finding.code.to_string() == "PT0201"));
    }
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
