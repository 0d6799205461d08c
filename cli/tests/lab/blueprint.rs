//! A Compose project rendered from the repository's own `compose.yml`: the same images, environment and configuration,
//! without container names and host ports, and with minitempo as Tempo's image.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// Short pauses of the exporter, so that a fault shows within seconds.
const EXPORTER_TIMINGS: [(&str, &str); 3] = [
    ("OTEL_BSP_SCHEDULE_DELAY", "200"),
    ("OTEL_BSP_EXPORT_TIMEOUT", "2000"),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"),
];

/// A project that can be changed before it is written down.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Blueprint {
    document: Map<String, Value>,
    tempo_config: String,
    files: BTreeMap<String, String>,
}

impl Blueprint {
    /// The project of `repository` with these services alone.
    pub(crate) fn of(repository: &Path, services: &[&str]) -> Result<Self, Failure> {
        let text = read(&repository.join("compose.yml"))?;
        let tempo_config = read(&repository.join("config/tempo-config.yaml"))?;
        let document: Map<String, Value> = serde_saphyr::from_str(&text)
            .map_err(|error| Failure::Stack(format!("`compose.yml` cannot be read: {error}")))?;
        let mut blueprint = Self {
            document,
            tempo_config,
            files: BTreeMap::new(),
        };
        blueprint.keep(services)?;
        blueprint.prepare();
        Ok(blueprint)
    }

    /// These services of a project that exists already, as Compose shows it resolved; its Tempo reads `repository`'s
    /// configuration.
    pub(crate) fn of_resolved(
        repository: &Path,
        resolved: &str,
        services: &[&str],
    ) -> Result<Self, Failure> {
        let document = serde_saphyr::from_str(resolved)
            .map_err(|error| Failure::Stack(format!("Compose's view cannot be read: {error}")))?;
        let mut blueprint = Self {
            document,
            tempo_config: read(&repository.join("config/tempo-config.yaml"))?,
            files: BTreeMap::new(),
        };
        blueprint.keep(services)?;
        Ok(blueprint)
    }

    fn keep(&mut self, wanted: &[&str]) -> Result<(), Failure> {
        self.document
            .retain(|key, _| matches!(key.as_str(), "services" | "volumes"));
        let services = self.section("services");
        for service in wanted {
            if !services.contains_key(*service) {
                return Err(Failure::Stack(format!(
                    "`compose.yml` has no service `{service}`"
                )));
            }
        }
        services.retain(|name, _| wanted.contains(&name.as_str()));
        let used = used_volumes(services);
        self.section("volumes")
            .retain(|name, _| used.contains(name));
        Ok(())
    }

    fn prepare(&mut self) {
        let names: Vec<String> = self.section("services").keys().cloned().collect();
        for name in &names {
            let service = self.service(name);
            for key in ["container_name", "ports", "build"] {
                service.remove(key);
            }
            if let Some(Value::Array(needed)) = service.get_mut("depends_on") {
                needed.retain(|other| names.iter().any(|name| other == name));
            }
            match name.as_str() {
                "tempo" => {
                    service.insert("image".to_owned(), json!("minitempo:dev"));
                    // Docker's own default, as with Tempo's image; minitempo's asks for it more often.
                    object(service.entry("healthcheck").or_insert_with(|| json!({})))
                        .insert("interval".to_owned(), json!("30s"));
                }
                _ => {
                    service.insert("image".to_owned(), json!(format!("docutag-{name}:dev")));
                    for (variable, value) in EXPORTER_TIMINGS {
                        self.set(name, variable, value);
                    }
                }
            }
        }
    }

    /// A section of the project, empty where it has none.
    pub(crate) fn section(&mut self, name: &str) -> &mut Map<String, Value> {
        object(self.document.entry(name).or_insert_with(|| json!({})))
    }

    /// A service's own section, to be changed; empty for one that is new.
    pub(crate) fn service(&mut self, name: &str) -> &mut Map<String, Value> {
        object(
            self.section("services")
                .entry(name)
                .or_insert_with(|| json!({})),
        )
    }

    /// The project's volume of this name.
    pub(crate) fn volume(&mut self, name: &str) -> &mut Map<String, Value> {
        object(
            self.section("volumes")
                .entry(name)
                .or_insert_with(|| json!({})),
        )
    }

    /// The project's network of this name; `default` is the one that services are on unless they say otherwise.
    pub(crate) fn network(&mut self, name: &str) -> &mut Map<String, Value> {
        object(
            self.section("networks")
                .entry(name)
                .or_insert_with(|| json!({})),
        )
    }

    /// Adds a service, given as Compose would read it.
    pub(crate) fn add(&mut self, name: &str, service: Value) {
        self.section("services").insert(name.to_owned(), service);
    }

    /// Removes a service.
    pub(crate) fn remove(&mut self, name: &str) {
        self.section("services").remove(name);
        for other in self.section("services").values_mut() {
            if let Some(Value::Array(needed)) = other.get_mut("depends_on") {
                needed.retain(|needed| needed != name);
            }
        }
    }

    /// Sets a variable of a service.
    pub(crate) fn set(&mut self, service: &str, variable: &str, value: &str) {
        // Compose replaces `$`: what is given here is meant literally.
        let literal = value.replace('$', "$$");
        object(
            self.service(service)
                .entry("environment")
                .or_insert_with(|| json!({})),
        )
        .insert(variable.to_owned(), json!(literal));
    }

    /// Removes a variable of a service.
    pub(crate) fn unset(&mut self, service: &str, variable: &str) {
        object(
            self.service(service)
                .entry("environment")
                .or_insert_with(|| json!({})),
        )
        .remove(variable);
    }

    /// Puts a file beside the Compose file, and returns its path from there: another one for another text, since Compose
    /// recreates no container for a mounted file that changed.
    pub(crate) fn file(&mut self, name: &str, text: &str) -> String {
        let name = format!("{:016x}-{name}", digest(text));
        let path = format!("./{name}");
        self.files.insert(name, text.to_owned());
        path
    }

    /// The files beside the Compose file, by name.
    pub(crate) fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// Replaces a part of Tempo's configuration that must be there exactly once.
    pub(crate) fn edit_tempo_config(&mut self, part: &str, replacement: &str) {
        let found = self.tempo_config.matches(part).count();
        assert_eq!(
            found, 1,
            "`{part}` stands {found} times in config/tempo-config.yaml"
        );
        self.tempo_config = self.tempo_config.replace(part, replacement);
    }

    /// Tempo's configuration as it stands.
    pub(crate) fn tempo_config(&self) -> &str {
        &self.tempo_config
    }

    /// The project as Compose reads it; `config` is where Tempo's file lies.
    pub(crate) fn render(&self, config: &Path) -> String {
        let mut project = self.clone();
        for service in project.section("services").values_mut() {
            let Some(Value::Array(mounts)) = service.get_mut("volumes") else {
                continue;
            };
            for mount in mounts {
                let is_config = |part: &str| part.contains("/tempo-config.yaml:");
                match mount {
                    Value::String(text) if is_config(text) => {
                        let (_, mapped) = text.split_once(':').unwrap_or_default();
                        *mount = json!(format!("{}:{mapped}", config.display()));
                    }
                    Value::Object(long)
                        if long.get("target") == Some(&json!("/etc/tempo.yaml")) =>
                    {
                        long.insert("source".to_owned(), json!(config));
                    }
                    _ => {}
                }
            }
        }
        Value::Object(project.document).to_string()
    }
}

/// A volume in memory, of this size and Tempo's own.
pub(crate) fn disk(size: &str) -> Map<String, Value> {
    let options = json!({"type": "tmpfs", "device": "tmpfs", "o": format!("size={size},uid=10001,gid=10001,mode=0700")});
    Map::from_iter([
        ("driver".to_owned(), json!("local")),
        ("driver_opts".to_owned(), options),
    ])
}

/// What tells one text from another.
pub(crate) fn digest(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A section that is left empty in YAML is null.
pub(crate) fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        assert!(value.is_null(), "an object was expected instead of {value}");
        *value = json!({});
    }
    match value {
        Value::Object(object) => object,
        _ => unreachable!("made an object just now"),
    }
}

fn used_volumes(services: &Map<String, Value>) -> Vec<String> {
    services
        .values()
        .filter_map(|service| service.get("volumes")?.as_array())
        .flatten()
        .filter_map(|mount| match mount {
            Value::String(short) => short.split(':').next(),
            long => long.get("source")?.as_str(),
        })
        .map(str::to_owned)
        .collect()
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|source| Failure::File {
        action: "read",
        path: path.display().to_string(),
        source,
    })
}
