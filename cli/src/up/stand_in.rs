//! The generated Compose file: what it overrides of the files, as data.

use std::{collections::BTreeMap, path::Path};

use ptctl_diagnosis::snapshot::ComposeService;
use serde_json::{Map, Value, json};

use super::{MARK, View};
use crate::target::ROLE_LABEL;

/// What a Tempo is started with in its own image.
const BACKEND: [&str; 3] = ["/ptctl", "backend", "--"];

/// What stands in for what.
#[derive(Debug)]
pub(crate) struct StandIns<'a> {
    /// The project that is started.
    pub(crate) project: &'a str,
    /// The image of this program.
    pub(crate) image: &'a str,
    /// The images of services that are only built, as they were built for the project of the files' own name.
    pub(crate) built: &'a BTreeMap<String, String>,
}

/// A Compose file to be laid over those of the view. Every service, network and volume of the project is marked; a Tempo
/// becomes `ptctl backend`; volumes and networks get names of the project's own, so that none is shared with another
/// project that was made from the same files.
pub(crate) fn overriding(view: &View, stand_ins: &StandIns<'_>) -> Value {
    let services: Map<String, Value> = view
        .services()
        .iter()
        .map(|service| {
            let mut over = json!({
                "labels": {MARK: stand_ins.project},
                "pull_policy": "never",
            });
            if view.is_tempo(service) {
                stand_in(
                    &mut over,
                    service,
                    view.written(&service.name),
                    stand_ins.image,
                );
            } else if let Some(image) = stand_ins.built.get(&service.name) {
                over["image"] = image.as_str().into();
            }
            (service.name.clone(), over)
        })
        .collect();
    let mut networks = own(view, "networks", stand_ins.project);
    if view.section("networks")["default"].is_null() {
        networks.insert(
            "default".to_owned(),
            marked(&Map::new(), "default", stand_ins.project),
        );
    }
    let mut file = json!({"services": services, "networks": networks});
    let volumes = own(view, "volumes", stand_ins.project);
    if !volumes.is_empty() {
        file["volumes"] = volumes.into();
    }
    // Compose 1 takes no file for one of the same kind without the version of the others.
    if let Some(version) = view.section("version").as_str() {
        file["version"] = version.into();
    }
    file
}

/// The Tempo of the files becomes this program; Tempo's flags, configuration and volumes stay.
fn stand_in(over: &mut Value, service: &ComposeService, written: &Value, image: &str) {
    let mut entrypoint: Vec<Value> = BACKEND.map(Value::from).to_vec();
    match written["entrypoint"].as_array() {
        // What follows the program is the program's, and Compose would drop it with the entrypoint.
        Some(words) => entrypoint.extend(words.iter().skip(1).cloned()),
        None => {
            if let Some((first, rest)) = written["command"]
                .as_array()
                .and_then(|words| words.split_first())
                && is_tempo(first)
            {
                over["command"] = rest.into();
            }
        }
    }
    over["image"] = image.into();
    over["entrypoint"] = entrypoint.into();
    // The folders of Tempo's volume belong to Tempo's user.
    over["user"] = "0".into();
    over["labels"][ROLE_LABEL] = "tempo".into();
    let is_checked = service.run.health_check.is_some();
    // One that is switched off is left so: Compose 1 takes no other key beside that.
    if is_checked || written["healthcheck"].is_null() {
        over["healthcheck"] = json!({
            "test": health_test(&written["healthcheck"]["test"]),
            "interval": "2s",
            "timeout": "3s",
        });
    }
}

/// Whether a word is the path of a Tempo.
fn is_tempo(word: &Value) -> bool {
    let program = word.as_str().and_then(|word| Path::new(word).file_name());
    program.is_some_and(|program| program == "tempo" || program == "minitempo")
}

/// `-health` of this program, at the address that the files' own check asks.
fn health_test(test: &Value) -> Value {
    let words = match test {
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        Value::String(line) => vec![line.as_str()],
        _ => Vec::new(),
    };
    let address = words
        .iter()
        .flat_map(|words| words.split([' ', '=', '"', '\'']))
        .find(|word| word.starts_with("http://"));
    let mut words: Vec<Value> = ["CMD"]
        .iter()
        .chain(&BACKEND)
        .map(|word| Value::from(*word))
        .collect();
    words.push("-health".into());
    if let Some(address) = address {
        words.push(format!("-health.url={address}").into());
    }
    words.into()
}

/// The project's own networks or volumes. Compose 1 takes the last file's definition as the whole of it, so that all that
/// was said stands here again.
fn own(view: &View, section: &str, project: &str) -> Map<String, Value> {
    let written = view.section(section).as_object();
    let nothing = Map::new();
    written
        .into_iter()
        .flatten()
        .filter_map(|(key, definition)| {
            let definition = definition.as_object().unwrap_or(&nothing);
            let is_external = definition
                .get("external")
                .is_some_and(|external| *external != Value::Bool(false));
            (!is_external).then(|| (key.clone(), marked(definition, key, project)))
        })
        .collect()
}

/// A network or volume with a name of the project's own, and the mark.
fn marked(definition: &Map<String, Value>, key: &str, project: &str) -> Value {
    let mut marked = definition.clone();
    marked.insert("name".to_owned(), format!("{project}_{key}").into());
    let labels = marked.entry("labels").or_insert_with(|| json!({}));
    match labels {
        Value::Object(labels) => {
            labels.insert(MARK.to_owned(), project.into());
        }
        Value::Array(labels) => labels.push(format!("{MARK}={project}").into()),
        other => *other = json!({MARK: project}),
    }
    marked.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compose::ComposeSources, lint::Profiles, up::UpError};

    const FILES: &str = r#"
name: shop-smoke
services:
  web:
    build: {context: /srv/shop}
    depends_on: {orders: {condition: service_started}}
    environment: {OTEL_EXPORTER_OTLP_ENDPOINT: "http://tempo:4318"}
  orders:
    image: shop/orders:1
  tempo:
    image: grafana/tempo:3.0.3
    command: ["-config.file=/etc/tempo.yaml"]
    labels: {team: shop}
    healthcheck:
      test: [CMD, wget, -qO-, "http://localhost:3100/ready"]
      interval: 30s
  grafana:
    image: grafana/grafana:13
    profiles: [look]
volumes:
  traces: {driver_opts: {type: nfs}, name: shared-traces, labels: {keep: "yes"}}
  elsewhere: {external: true, name: elsewhere}
networks:
  back: {internal: true}
"#;

    fn view(text: &str) -> View {
        let sources = ComposeSources {
            config_files: vec!["compose.yml".into()],
            folder: "/srv/shop".into(),
            project: "shop".to_owned(),
            env_files: Vec::new(),
        };
        View::read("docker compose config", text, &sources).expect("a view")
    }

    fn over(text: &str) -> Value {
        let built = BTreeMap::from([("web".to_owned(), "shop-web".to_owned())]);
        let stand_ins = StandIns {
            project: "shop-smoke",
            image: "ptctl-helper:1",
            built: &built,
        };
        overriding(&view(text), &stand_ins)
    }

    #[test]
    fn tempo_becomes_this_program_and_keeps_its_flags_and_volumes() {
        let over = over(FILES);
        assert_eq!(
            over["services"]["tempo"],
            json!({
                "image": "ptctl-helper:1",
                "entrypoint": ["/ptctl", "backend", "--"],
                "user": "0",
                "pull_policy": "never",
                "labels": {MARK: "shop-smoke", "dev.ptctl.role": "tempo"},
                "healthcheck": {
                    "test": ["CMD", "/ptctl", "backend", "--", "-health", "-health.url=http://localhost:3100/ready"],
                    "interval": "2s",
                    "timeout": "3s",
                },
            })
        );
    }

    #[test]
    fn every_other_service_is_marked_and_takes_the_image_that_was_built_for_its_own_project() {
        let over = over(FILES);
        let plain = json!({"labels": {MARK: "shop-smoke"}, "pull_policy": "never"});
        assert_eq!(over["services"]["orders"], plain);
        assert_eq!(over["services"]["grafana"], plain);
        assert_eq!(over["services"]["web"]["image"], "shop-web");
    }

    #[test]
    fn volumes_and_networks_are_the_projects_own_and_what_is_external_is_left_alone() {
        let over = over(FILES);
        assert_eq!(
            over["volumes"],
            json!({"traces": {
                "driver_opts": {"type": "nfs"},
                "name": "shop-smoke_traces",
                "labels": {"keep": "yes", MARK: "shop-smoke"},
            }})
        );
        let network = |key: &str| json!({"name": format!("shop-smoke_{key}"), "labels": {MARK: "shop-smoke"}});
        let mut back = network("back");
        back["internal"] = true.into();
        assert_eq!(
            over["networks"],
            json!({"back": back, "default": network("default")})
        );
    }

    #[test]
    fn flags_that_stand_in_the_entrypoint_or_behind_the_program_are_kept() {
        for (written, entrypoint, command) in [
            (
                "entrypoint: [/tempo, -config.file=/t.yaml]",
                json!(["/ptctl", "backend", "--", "-config.file=/t.yaml"]),
                Value::Null,
            ),
            (
                "command: [/tempo, -config.file=/t.yaml]",
                json!(["/ptctl", "backend", "--"]),
                json!(["-config.file=/t.yaml"]),
            ),
        ] {
            let text =
                format!("services:\n  tempo:\n    image: grafana/tempo:3.0.3\n    {written}\n");
            let tempo = &over(&text)["services"]["tempo"];
            assert_eq!(tempo["entrypoint"], entrypoint, "{written}");
            assert_eq!(tempo["command"], command, "{written}");
        }
    }

    #[test]
    fn a_health_check_that_is_switched_off_stays_so() {
        for check in ["{disable: true}", "{test: [NONE]}"] {
            let text = format!(
                "services:\n  tempo:\n    image: grafana/tempo:3.0.3\n    healthcheck: {check}\n"
            );
            assert!(
                over(&text)["services"]["tempo"]["healthcheck"].is_null(),
                "{check}"
            );
        }
    }

    #[test]
    fn what_is_started_are_the_named_services_with_tempo_and_what_they_depend_on() {
        let view = view(FILES);
        let none = Profiles::These(Vec::new());
        let names = |named: &[&str], profiles: &Profiles| {
            let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
            let started = view.started(&named, profiles);
            started.map(|services| {
                services
                    .iter()
                    .map(|service| service.name.clone())
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(names(&[], &none).unwrap(), ["web", "orders", "tempo"]);
        assert_eq!(names(&["orders"], &none).unwrap(), ["orders", "tempo"]);
        assert_eq!(names(&["web"], &none).unwrap(), ["web", "orders", "tempo"]);
        let look = Profiles::These(vec!["look".to_owned()]);
        assert_eq!(names(&[], &look).unwrap().len(), 4);
        let unknown = names(&["wep"], &none).unwrap_err();
        assert!(matches!(unknown, UpError::NoSuchService { names } if names == ["wep"]));
    }

    #[test]
    fn files_without_a_tempo_have_nothing_to_replace() {
        let view = view("services:\n  web:\n    image: shop/web:1\n");
        let refused = view.started(&[], &Profiles::All).unwrap_err();
        assert!(matches!(refused, UpError::NoTempo { services } if services == ["web"]));
    }
}
