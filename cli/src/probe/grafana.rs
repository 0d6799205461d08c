//! A Grafana: whether it works, and its data sources by its API and by its provisioning files.

use ptctl_diagnosis::{
    document::Document,
    observed::{Gap, Observed, Probe},
    snapshot::{Container, DataSource, Grafana, Reached, Readiness},
    subject::Subject,
};
use serde::Deserialize;

use super::{
    Look,
    file::{self, Files},
    page,
};
use crate::clients::http::{HttpClient, HttpFault};

/// The port that it listens on unless told otherwise.
const HTTP_PORT: u16 = 3000;
/// Where it looks for provisioning files unless told otherwise.
const PROVISIONING: &str = "/etc/grafana/provisioning";

#[derive(Deserialize)]
struct Health {
    #[serde(default)]
    version: String,
}

/// Looks at one Grafana, which findings call `name`.
pub(crate) async fn of(
    look: &Look<'_>,
    http: &HttpClient,
    container: &Container,
    name: &str,
) -> Grafana {
    let gap = |probe, reason: String| {
        let subject = Subject::Grafana(name.to_owned());
        Gap::new(probe, subject, reason)
    };
    let port = container
        .setting("GF_SERVER_HTTP_PORT")
        .and_then(|port| port.parse().ok())
        .unwrap_or(HTTP_PORT);
    let api = async {
        let page = page::ask(look, http, container, port, "/api/health").await?;
        let sources = match page.ready {
            Readiness::Ready => sources(look, http, &page.reached).await,
            Readiness::NotReady { status, .. } => Err(format!("its API answers HTTP {status}")),
            Readiness::NoAnswer { ref reason } => Err(format!("its API: {reason}")),
        };
        Ok::<_, String>((page, sources))
    };
    let (api, provisioned) = tokio::join!(api, provisioned(Files::Container(look), container));
    let unreached = |reason: &String| gap(Probe::Grafana, reason.clone());
    let page = api.as_ref().map(|(page, _)| page).map_err(unreached);
    let version = page.clone().and_then(|page| {
        serde_json::from_str::<Health>(&page.body)
            .ok()
            .map(|health| health.version)
            .filter(|version| !version.is_empty())
            .ok_or_else(|| {
                gap(
                    Probe::Grafana,
                    "its health page names no version".to_owned(),
                )
            })
    });
    Grafana {
        container: container.id.clone(),
        reached: page.clone().map(|page| page.reached.clone()).into(),
        ready: page.map(|page| page.ready.clone()).into(),
        version: version.into(),
        data_sources: api
            .and_then(|(_, sources)| sources)
            .map_err(|reason| gap(Probe::Grafana, reason))
            .into(),
        provisioned: match provisioned {
            Ok(sources) => Observed::Known(sources),
            Err(reason) => Observed::Unknown(gap(Probe::GrafanaProvisioning, reason)),
        },
    }
}

async fn sources(
    look: &Look<'_>,
    http: &HttpClient,
    base: &Reached,
) -> Result<Vec<DataSource>, String> {
    const PATH: &str = "/api/datasources";
    let body = page::get(look, http, base, PATH, &[])
        .await
        .map_err(|fault| match fault {
            HttpFault::Status {
                status: 401 | 403, ..
            } => "its API wants credentials".to_owned(),
            fault => fault.to_string(),
        })?;
    let document = Document::read(format!("{}{PATH}", base.url()), &body)
        .map_err(|error| error.to_string())?;
    Ok(DataSource::of_api(&document))
}

/// The data sources of a Grafana's provisioning files, or why they could not be read.
pub(crate) async fn provisioned(
    from: Files<'_>,
    container: &Container,
) -> Result<Vec<DataSource>, String> {
    let folder = container
        .setting("GF_PATHS_PROVISIONING")
        .unwrap_or(PROVISIONING);
    let path = format!("{}/datasources", folder.trim_end_matches('/'));
    let files = file::folder(from, container, &path, &[".yaml", ".yml"]).await?;
    let mut sources = Vec::new();
    for file in files.unwrap_or_default() {
        let document = Document::read(&file.path, &file.text)
            .map_err(|error| format!("`{}`: {error}", file.path))?;
        sources.extend(DataSource::of_provisioning(&document, container));
    }
    Ok(sources)
}
