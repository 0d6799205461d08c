//! Tempo on object storage: `compose.s3.yml` and what it mounts.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{compose_file, strings, text, yaml};

const FILE: &str = "config/tempo-s3.yaml";

fn service(name: &str) -> Value {
    compose_file("compose.s3.yml")["services"][name].clone()
}

#[test]
fn tempo_reads_the_file_for_object_storage_in_place_of_its_own_and_fills_in_the_variables() {
    let tempo = service("tempo");
    assert_eq!(
        strings(&tempo["command"]),
        ["-config.file=/etc/tempo.yaml", "-config.expand-env=true"]
    );
    assert_eq!(
        strings(&tempo["volumes"]),
        [format!("./{FILE}:/etc/tempo.yaml:ro")]
    );
}

#[test]
fn every_variable_of_tempos_file_is_given_to_its_container() {
    let file = text(FILE);
    let named: BTreeSet<&str> = file
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect();
    let given = service("tempo")["environment"].clone();
    let given: BTreeSet<&str> = given
        .as_object()
        .expect("variables")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(named, given);
}

#[test]
fn no_credential_stands_in_a_file_that_is_mounted() {
    let s3 = yaml(FILE)["storage"]["trace"]["s3"].clone();
    assert_eq!(s3["access_key"], "${TEMPO_S3_ACCESS_KEY}");
    assert_eq!(s3["secret_key"], "${TEMPO_S3_SECRET_KEY}");
    let garage = text("config/garage.toml");
    for key in ["secret", "token", "key"] {
        let set = garage
            .lines()
            .find(|line| !line.starts_with('#') && line.contains(key));
        assert_eq!(set, None);
    }
}

#[test]
fn the_bucket_and_the_key_that_are_made_are_those_that_tempo_uses() {
    let (tempo, garage) = (service("tempo"), service("garage"));
    let (tempo, made) = (&tempo["environment"], &garage["environment"]);
    assert_eq!(tempo["TEMPO_S3_BUCKET"], made["GARAGE_DEFAULT_BUCKET"]);
    assert_eq!(
        tempo["TEMPO_S3_ACCESS_KEY"],
        made["GARAGE_DEFAULT_ACCESS_KEY"]
    );
    assert_eq!(
        tempo["TEMPO_S3_SECRET_KEY"],
        made["GARAGE_DEFAULT_SECRET_KEY"]
    );
    assert_eq!(
        strings(&garage["command"]),
        ["/garage", "server", "--single-node", "--default-bucket"]
    );
    let bucket = tempo["TEMPO_S3_BUCKET"].as_str();
    assert_eq!(
        strings(&garage["healthcheck"]["test"]).last().copied(),
        bucket
    );
}

#[test]
fn tempo_finds_the_storage_at_the_name_the_port_and_the_region_that_it_has() {
    let garage = text("config/garage.toml");
    let tempo = service("tempo")["environment"].clone();
    assert_eq!(tempo["TEMPO_S3_ENDPOINT"], "garage:3900");
    assert!(garage.contains("api_bind_addr = \"0.0.0.0:3900\""));
    let region = tempo["TEMPO_S3_REGION"].as_str().expect("a region");
    assert!(garage.contains(&format!("s3_region = \"{region}\"")));
    // It speaks plain HTTP.
    assert_eq!(tempo["TEMPO_S3_INSECURE"], "true");
}

#[test]
fn the_image_of_the_storage_is_pinned() {
    assert_eq!(service("garage")["image"], "dxflrs/garage:v2.4.1");
}

#[test]
fn tempos_two_files_differ_in_where_blocks_lie_and_in_nothing_else() {
    let (mut local, mut object) = (yaml("config/tempo-config.yaml"), yaml(FILE));
    for file in [&mut local, &mut object] {
        let trace = file["storage"]["trace"].as_object_mut().expect("a mapping");
        for key in ["backend", "local", "s3"] {
            trace.remove(key);
        }
    }
    assert_eq!(local, object);
}
