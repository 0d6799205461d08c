//! The services of the Compose file.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

use super::{SERVICES, compose, compose_file, service, strings, yaml};

/// The files that make a stack.
const FILES: [&str; 2] = ["compose.yml", "compose.s3.yml"];

/// The services of every file, with their names.
fn everything() -> Vec<(String, Value)> {
    let of = |file| compose_file(file)["services"].as_object().cloned();
    FILES.into_iter().filter_map(of).flatten().collect()
}

#[test]
fn each_service_is_told_where_tempo_is_and_published_on_loopback_alone() {
    for (name, port) in SERVICES {
        let service = service(name);
        assert_eq!(
            service["environment"]["TEMPO_ENDPOINT"], "tempo:4317",
            "{name}"
        );
        assert_eq!(
            service["environment"]["LISTEN_ADDR"], "0.0.0.0:8080",
            "{name}"
        );
        assert_eq!(
            strings(&service["ports"]),
            [format!("127.0.0.1:{port}:8080")],
            "{name}"
        );
        assert_eq!(service["container_name"], format!("docutag-{name}"));
    }
}

#[test]
fn nothing_is_published_beyond_this_machine() {
    for (name, service) in everything() {
        for port in strings(&service["ports"]) {
            assert!(port.starts_with("127.0.0.1:"), "{name} publishes {port}");
        }
    }
}

#[test]
fn each_service_has_a_health_check_without_a_shell_and_the_label_that_allows_probes() {
    for (name, _) in SERVICES {
        let service = service(name);
        assert_eq!(
            strings(&service["healthcheck"]["test"]),
            ["CMD", &format!("/docutag-{name}"), "health"]
        );
        assert_eq!(service["labels"]["dev.ptctl.probe"], "allow", "{name}");
        assert_eq!(
            service["labels"]["dev.docutag.service"],
            format!("docutag-{name}")
        );
    }
}

#[test]
fn every_container_rotates_its_log_and_comes_back_after_a_crash() {
    for (name, service) in everything() {
        // What another file adds to is there already.
        if service["image"].is_string() {
            assert_eq!(service["restart"], "unless-stopped", "{name}");
            assert_eq!(service["logging"]["options"]["max-size"], "10m", "{name}");
            assert_eq!(service["logging"]["options"]["max-file"], "3", "{name}");
        }
    }
}

#[test]
fn a_service_that_is_stopped_is_given_longer_than_its_ten_seconds_of_flushing() {
    for (name, _) in SERVICES {
        let grace = service(name)["stop_grace_period"]
            .as_str()
            .expect("a duration")
            .to_owned();
        let seconds: u64 = grace
            .strip_suffix('s')
            .and_then(|number| number.parse().ok())
            .expect("whole seconds");
        assert!(seconds > 10, "{name} is killed after {seconds} s");
    }
}

#[test]
fn starting_the_four_services_starts_them_and_tempo_alone() {
    let compose = compose();
    let mut started = BTreeSet::new();
    let mut asked: Vec<String> = SERVICES
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    while let Some(name) = asked.pop() {
        let needs = &compose["services"][&name]["depends_on"];
        // The short form waits for a container to be started; the long one could wait for a health that never comes.
        assert!(
            needs.is_array() || needs.is_null(),
            "{name} has a condition on what it depends on"
        );
        asked.extend(strings(needs).into_iter().map(str::to_owned));
        started.insert(name);
    }
    assert_eq!(
        started,
        BTreeSet::from(
            [
                "controller",
                "scheduler",
                "scraper",
                "tempo",
                "textanalyzer"
            ]
            .map(str::to_owned)
        )
    );
    for (name, _) in SERVICES {
        assert!(
            strings(&compose["services"][name]["depends_on"]).contains(&"tempo"),
            "{name}"
        );
    }
}

#[test]
fn the_compose_files_use_nothing_that_only_one_generation_of_compose_knows() {
    let known_by_both = [
        "build",
        "cap_drop",
        "command",
        "container_name",
        "depends_on",
        "environment",
        "healthcheck",
        "image",
        "labels",
        "logging",
        "ports",
        // Since docker-compose 1.28.
        "profiles",
        "read_only",
        "restart",
        "security_opt",
        "stop_grace_period",
        "volumes",
    ];
    for file in FILES {
        for key in yaml(file).as_object().expect("a mapping").keys() {
            assert!(
                key.starts_with("x-") || ["services", "volumes"].contains(&key.as_str()),
                "top-level key `{key}` of {file}"
            );
        }
    }
    for (name, service) in everything() {
        for key in service.as_object().expect("a mapping").keys() {
            assert!(known_by_both.contains(&key.as_str()), "`{key}` of {name}");
        }
    }
}

#[test]
fn the_files_that_compose_mounts_exist() {
    for (name, service) in everything() {
        for mount in strings(&service["volumes"])
            .into_iter()
            .filter(|mount| mount.starts_with("./"))
        {
            let (source, _) = mount.split_once(':').expect("source and target");
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("..")
                .join(source);
            assert!(
                path.exists(),
                "{name} mounts {source}, which does not exist"
            );
        }
    }
}
