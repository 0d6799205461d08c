//! Grafana, played: its provisioning files are real, and its API answers with the data sources that stand in them.
//!
//! It reads them as Grafana does when it provisions at its start, as far as the stack's own files need it: `$$` is one
//! `$`, and a data source without a `uid` gets one of Grafana's making.

use serde_json::{Value, json};

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::pages::{mount, page};
use crate::standin;

/// Its port.
pub(crate) const PORT: u16 = 3000;
/// The image that the stand-in runs in; what it is, its label says.
const IMAGE: &str = "docutag-demo-page:dev";
/// What Grafana 9 and later call a data source named Loki that was provisioned without a `uid`: `P` and the first half of
/// the name's SHA-256.
const MADE_UP: &str = "P8E80F9AEF21F6940";
/// What a service map is made of has scenarios of its own.
const SERVICE_MAP: &str = "      serviceMap:\n        datasourceUid: prometheus\n";

/// The provisioning files of a Grafana.
#[derive(Debug, Clone)]
pub(crate) struct Provisioning {
    files: Vec<(&'static str, String)>,
}

/// Whom the API answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Access {
    /// Everybody, as the stack's own Grafana does.
    Open,
    /// Those with credentials alone, as Grafana does unless told otherwise.
    Login,
}

impl Provisioning {
    /// The stack's own files, the service map included.
    pub(crate) fn own() -> Self {
        Self {
            files: vec![
                (
                    "loki.yaml",
                    include_str!("../../../config/grafana/provisioning/datasources/loki.yaml")
                        .to_owned(),
                ),
                (
                    "prometheus.yaml",
                    include_str!(
                        "../../../config/grafana/provisioning/datasources/prometheus.yaml"
                    )
                    .to_owned(),
                ),
                (
                    "tempo.yaml",
                    include_str!("../../../config/grafana/provisioning/datasources/tempo.yaml")
                        .to_owned(),
                ),
            ],
        }
    }

    /// The same without the service map.
    pub(crate) fn healthy() -> Self {
        Self::own().with("tempo.yaml", SERVICE_MAP, "")
    }

    /// The same with a part of a file replaced, which must be there once.
    pub(crate) fn with(mut self, name: &str, part: &str, replacement: &str) -> Self {
        let file = self.files.iter_mut().find(|(file, _)| *file == name);
        let (_, text) = file.unwrap_or_else(|| panic!("no file `{name}`"));
        assert_eq!(text.matches(part).count(), 1, "`{part}` in `{name}`");
        *text = text.replace(part, replacement);
        self
    }

    /// The same without a file.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.files.retain(|(file, _)| *file != name);
        self
    }

    /// The answer to `GET /api/datasources`, in the form of Grafana's `DataSourceListItemDTO`.
    fn data_sources(&self) -> Result<String, Failure> {
        let mut sources = Vec::new();
        for (name, text) in &self.files {
            let document: Value = serde_saphyr::from_str(text)
                .map_err(|error| Failure::Stack(format!("`{name}` cannot be read: {error}")))?;
            let listed = document["datasources"].as_array();
            sources.extend(listed.into_iter().flatten().cloned());
        }
        sources.sort_by_key(|source| source["name"].to_string().to_lowercase());
        let listed = sources.iter().zip(1..).map(|(source, id)| {
            let kind = source["type"].as_str().unwrap_or_default();
            json!({
                "id": id,
                "uid": source["uid"].as_str().unwrap_or(MADE_UP),
                "orgId": 1,
                "name": source["name"],
                "type": kind,
                "typeName": source["name"],
                "typeLogoUrl": format!("public/app/plugins/datasource/{kind}/img/{kind}_logo.svg"),
                "access": source["access"],
                "url": source["url"],
                "user": "",
                "database": "",
                "basicAuth": false,
                "isDefault": source["isDefault"] == json!(true),
                "jsonData": provisioned(&source["jsonData"]),
                "readOnly": true,
            })
        });
        Ok(Value::Array(listed.collect()).to_string())
    }
}

/// A value of a provisioning file as Grafana stores it.
fn provisioned(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.replace("$$", "$")),
        Value::Array(items) => items.iter().map(provisioned).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), provisioned(value)))
            .collect(),
        Value::Null => json!({}),
        Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// Adds a Grafana that works, with these files.
pub(crate) fn add(
    project: &mut Blueprint,
    lab: &Lab,
    name: &str,
    provisioning: &Provisioning,
    access: Access,
) -> Result<(), Failure> {
    let recorded = lab.repository.join("cli/tests/lab/recorded/grafana");
    let recorded = |name: &str| recorded.join(name).display().to_string();
    let sources = match access {
        Access::Open => {
            let body = provisioning.data_sources()?;
            let text = page("200 OK", "application/json", &body);
            project.file("data-sources.http", &text)
        }
        Access::Login => recorded("unauthorised.http"),
    };
    let mut grafana = standin::service(&lab.standin, IMAGE, &["pages", &PORT.to_string()]);
    furnish(
        project,
        &mut grafana,
        provisioning,
        [
            mount(&recorded("health.http"), "/api/health"),
            mount(&recorded("missing.http"), "/missing"),
            mount(&sources, "/api/datasources"),
        ],
    );
    project.add(name, grafana);
    Ok(())
}

/// Adds a Grafana that fails at its start, and says why in the words of a recording.
pub(crate) fn add_failing(
    project: &mut Blueprint,
    lab: &Lab,
    name: &str,
    provisioning: &Provisioning,
    recording: &str,
) {
    let recorded = lab.repository.join("cli/tests/lab/recorded/grafana");
    let recorded = recorded.join(recording).display().to_string();
    let mut grafana = standin::service(&lab.standin, IMAGE, &["fail", "/recorded.log"]);
    let mount = format!("{recorded}:/recorded.log:ro");
    furnish(project, &mut grafana, provisioning, [mount]);
    project.add(name, grafana);
}

fn furnish<const MOUNTS: usize>(
    project: &mut Blueprint,
    grafana: &mut Value,
    provisioning: &Provisioning,
    mounts: [String; MOUNTS],
) {
    grafana["labels"] = json!({"dev.ptctl.role": "grafana"});
    grafana["restart"] = json!("unless-stopped");
    let files = provisioning.files.iter().map(|(name, text)| {
        let file = project.file(name, text);
        format!("{file}:/etc/grafana/provisioning/datasources/{name}:ro")
    });
    let files: Vec<String> = files.chain(mounts).collect();
    if let Some(mounts) = grafana["volumes"].as_array_mut() {
        mounts.extend(files.into_iter().map(Value::String));
    }
}
