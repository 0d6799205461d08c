//! What an engine says of itself, its containers and its networks.

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::{
    EngineEventKind, EngineSource, HealthStatus, RestartPolicy, Role, Status,
};

use super::{connect, soon, web};
use crate::fake_stack::{FakeEngine, Wire};

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
        engine.volume_counts(soon()).await.unwrap();
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
