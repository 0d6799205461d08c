//! Differences that are reported, and those that only look like one.

use super::*;
use crate::{
    fixtures::{ago, healthy},
    observed::Observed,
    snapshot::{
        Certainty, ComposeAttachment, ComposeLayer, ComposeMount, ComposeNetworking, ComposePort,
        ComposePorts, ComposeVariable, ComposeWords, EngineEvent, HostPort, Image, Mount,
        MountKind, NetworkOrigin, PublishedPort,
    },
};

/// The healthy stack, its files written after its containers were created.
fn edited(edit: impl Fn(&mut ComposeService, &mut Container)) -> Snapshot {
    let mut snapshot = healthy();
    let Observed::Known(project) = &mut snapshot.compose else {
        unreachable!()
    };
    project.files[0].modified_at = Some(ago(60));
    let mut service = project.service("scraper").unwrap().clone();
    edit(&mut service, snapshot.service_mut("scraper"));
    let Observed::Known(project) = &mut snapshot.compose else {
        unreachable!()
    };
    let place = project
        .services
        .iter()
        .position(|known| known.name == "scraper");
    project.services[place.unwrap()] = service;
    snapshot
}

fn differences(snapshot: &Snapshot) -> Vec<(Field, String, String)> {
    let scraper = snapshot
        .containers
        .iter()
        .find(|container| container.service.as_deref() == Some("scraper"));
    drift(scraper.unwrap(), snapshot)
        .unwrap()
        .into_iter()
        .map(|found| (found.field, found.written, found.running))
        .collect()
}

fn place() -> Location {
    Location::new("/srv/shop/compose.yml", 9, 7)
}

fn text(value: &str) -> ComposeText {
    ComposeText::written(value, place())
}

fn with_hole(value: Option<&str>) -> ComposeText {
    ComposeText {
        value: value.map(str::to_owned),
        around: Some(vec![String::new(), String::new()]),
        filled_by: Vec::new(),
        open: Vec::new(),
        location: place(),
    }
}

fn variable(name: &str, text: ComposeText) -> ComposeVariable {
    ComposeVariable {
        name: name.to_owned(),
        text,
        layer: ComposeLayer::Environment,
    }
}

fn port(host: HostPort, container: u16) -> ComposePort {
    ComposePort {
        host_address: None,
        host,
        container_port: Some(container),
        certainty: Certainty::Written,
        location: place(),
    }
}

fn ports(ports: Vec<ComposePort>) -> ComposePorts {
    ComposePorts {
        ports,
        location: place(),
    }
}

fn published(host_address: &str, host_port: u16, container_port: u16) -> PublishedPort {
    PublishedPort {
        host_address: host_address.to_owned(),
        host_port,
        container_port,
    }
}

fn mount(source: Option<&str>) -> ComposeMount {
    ComposeMount {
        kind: MountKind::Bind,
        source: source.map(str::to_owned),
        destination: "/etc/app".to_owned(),
        writable: true,
        certainty: Certainty::Written,
        location: place(),
    }
}

fn mounted(source: &str) -> Mount {
    Mount {
        kind: MountKind::Bind,
        source: source.to_owned(),
        destination: "/etc/app".to_owned(),
        writable: true,
    }
}

fn words(words: &[&str]) -> ComposeWords {
    ComposeWords {
        words: words.iter().map(|word| text(word)).collect(),
        location: place(),
    }
}

fn attachment(network: &str) -> ComposeNetworking {
    ComposeNetworking::Networks(vec![ComposeAttachment {
        network: Some(network.to_owned()),
        origin: NetworkOrigin::Own,
        aliases: Vec::new(),
        location: place(),
    }])
}

fn image(entrypoint: &[&str], command: &[&str]) -> Image {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Image {
        id: "sha256:scraper".to_owned(),
        tags: Vec::new(),
        digests: Vec::new(),
        created_at: None,
        platform: "linux/amd64".to_owned(),
        environment: Vec::new(),
        entrypoint: owned(entrypoint),
        command: owned(command),
        user: String::new(),
        labels: Vec::new(),
    }
}

#[test]
fn every_field_that_was_edited_is_reported_with_both_values() {
    let snapshot = edited(|service, container| {
        service.image = Some(text("docutag-scraper:2.0.0"));
        service.environment = vec![variable("TEMPO_ENDPOINT", text("tempo:4318"))];
        service.entrypoint = Some(words(&["/scraper"]));
        service.command = Some(words(&["--fast"]));
        service.ports = Some(ports(vec![port(HostPort::One(81), 8080)]));
        service.mounts = vec![mount(Some("/srv/shop/new"))];
        service.network = attachment("shop_back");
        container.published_ports = vec![published("0.0.0.0", 80, 8080)];
        container.mounts = vec![mounted("/srv/shop/old")];
    });
    let shown: Vec<_> = differences(&snapshot)
        .into_iter()
        .map(|(field, written, running)| format!("{field:?}: {written} | {running}"))
        .collect();
    assert_eq!(
        shown,
        [
            "Image: docutag-scraper:2.0.0 | docutag-scraper:1.0.0",
            "Environment(\"TEMPO_ENDPOINT\"): tempo:4318 | tempo:4317",
            "Command: /scraper --fast | /scraper",
            "Ports: 0.0.0.0:81->8080 | 0.0.0.0:80->8080",
            "Mount(\"/etc/app\"): folder /srv/shop/new | folder /srv/shop/old",
            "Networks: shop_back | shop_default",
        ]
    );
}

#[test]
fn nothing_is_reported_that_is_older_than_the_container() {
    let mut snapshot = edited(|service, _| {
        service.environment = vec![variable("TEMPO_ENDPOINT", text("tempo:4318"))];
    });
    assert_eq!(differences(&snapshot).len(), 1);
    for modified_at in [None, Some(ago(3_600))] {
        let Observed::Known(project) = &mut snapshot.compose else {
            unreachable!()
        };
        project.files[0].modified_at = modified_at;
        assert_eq!(differences(&snapshot), []);
    }
}

#[test]
fn what_a_shell_may_have_said_is_no_difference() {
    let snapshot = edited(|service, container| {
        service.image = Some(with_hole(Some("other:1")));
        service.environment = vec![
            variable("TEMPO_ENDPOINT", with_hole(Some("tempo:9999"))),
            variable("FROM_SHELL", with_hole(None)),
            variable("NOT_SET", with_hole(None)),
        ];
        service.command = Some(ComposeWords {
            words: vec![with_hole(Some("--slow"))],
            location: place(),
        });
        let mut uncertain = port(HostPort::One(9090), 8080);
        uncertain.certainty = Certainty::ShellMayDecide;
        service.ports = Some(ports(vec![uncertain]));
        let mut elsewhere = mount(None);
        elsewhere.certainty = Certainty::ShellMayDecide;
        service.mounts = vec![elsewhere];
        container.published_ports = vec![published("127.0.0.1", 80, 8080)];
    });
    assert_eq!(differences(&snapshot), []);
}

#[test]
fn what_dot_env_says_since_counts_for_what_it_filled() {
    let edit = |line| {
        edited(move |service, _| {
            let mut filled = with_hole(Some("tempo:9999"));
            filled.filled_by = vec![Location::new(line, 1, 1)];
            service.environment = vec![variable("TEMPO_ENDPOINT", filled)];
        })
    };
    assert_eq!(differences(&edit("/srv/shop/compose.yml")).len(), 1);
    assert_eq!(differences(&edit("/srv/shop/.env")), []);
}

#[test]
fn other_spellings_of_the_same_are_no_difference() {
    let snapshot = edited(|service, container| {
        service.image = Some(text("docker.io/library/redis"));
        container.image = "redis:latest".to_owned();
        service.environment = vec![
            variable("TEMPO_ENDPOINT", text("tempo:4317")),
            variable("DEBUG", text("True")),
        ];
        container
            .environment
            .push(crate::snapshot::EnvironmentVariable {
                name: "DEBUG".to_owned(),
                value: "true".to_owned(),
            });
        service.ports = Some(ports(vec![
            port(HostPort::Range(8000, 8010), 80),
            port(HostPort::Any, 81),
        ]));
        container.published_ports = vec![
            published("0.0.0.0", 8003, 80),
            published("::", 8003, 80),
            published("0.0.0.0", 49153, 81),
        ];
        service.mounts = vec![mount(Some("/srv/shop/etc"))];
        container.mounts = vec![mounted("/host_mnt/srv/shop/etc/")];
    });
    assert_eq!(differences(&snapshot), []);
}

#[test]
fn a_service_that_is_only_built_has_no_image_to_compare() {
    let snapshot = edited(|service, container| {
        service.image = None;
        service.build = Some(place());
        container.image = "shop_scraper".to_owned();
    });
    assert_eq!(differences(&snapshot), []);
}

#[test]
fn the_image_gives_what_the_files_leave_out() {
    let mut snapshot = edited(|service, container| {
        service.command = Some(words(&["--fast"]));
        container.command = vec!["/scraper".to_owned(), "--fast".to_owned()];
    });
    assert_eq!(differences(&snapshot), []);
    snapshot.images = Observed::Known(vec![image(&["/scraper"], &["--slow"])]);
    assert_eq!(differences(&snapshot), []);
    snapshot.images = Observed::Known(vec![image(&["/other"], &[])]);
    assert_eq!(differences(&snapshot).len(), 1);
}

#[test]
fn a_variable_that_was_removed_from_the_files_is_reported_unless_the_image_has_it() {
    let mut snapshot = edited(|_, container| {
        for name in ["OTEL_SERVICE_NAME", "HTTP_PROXY", "PATH"] {
            container
                .environment
                .push(crate::snapshot::EnvironmentVariable {
                    name: name.to_owned(),
                    value: "x".to_owned(),
                });
        }
    });
    assert_eq!(differences(&snapshot), []);
    snapshot.images = Observed::Known(vec![image(&[], &[])]);
    let found = differences(&snapshot);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0].0,
        Field::Environment("OTEL_SERVICE_NAME".to_owned())
    );
}

#[test]
fn a_container_that_was_moved_between_networks_by_hand_is_not_drift() {
    let mut snapshot = edited(|service, _| service.network = attachment("shop_back"));
    assert_eq!(differences(&snapshot).len(), 1);
    let id = snapshot.service_mut("scraper").id.clone();
    snapshot.events = Observed::Known(vec![EngineEvent {
        at: ago(30),
        container: id,
        kind: EngineEventKind::Disconnect,
    }]);
    assert_eq!(differences(&snapshot), []);
}

#[test]
fn containers_of_other_files_and_services_that_are_not_followed_are_not_compared() {
    let mut snapshot = edited(|service, _| {
        service.environment = vec![variable("TEMPO_ENDPOINT", text("tempo:4318"))];
    });
    let label = "com.docker.compose.project.config_files".to_owned();
    snapshot
        .service_mut("scraper")
        .labels
        .push((label, "compose.yml,compose.override.yml".to_owned()));
    let scraper = snapshot.service_mut("scraper").clone();
    assert!(matches!(
        drift(&scraper, &snapshot),
        Err(NotCompared::NotApplicable(_))
    ));
    let mut plain = scraper;
    plain.labels.pop();
    assert!(drift(&plain, &snapshot).is_ok());
    let Observed::Known(project) = &mut snapshot.compose else {
        unreachable!()
    };
    project.beyond.push(crate::snapshot::Beyond {
        construct: "extends".to_owned(),
        service: Some("scraper".to_owned()),
        location: place(),
    });
    assert!(matches!(
        drift(&plain, &snapshot),
        Err(NotCompared::NotApplicable(_))
    ));
}
