//! A Prometheus: whether it is ready, its targets, its configuration.

use jiff::Timestamp;
use ptctl_diagnosis::{
    document::Document,
    observed::{Gap, Probe},
    redact,
    snapshot::{Container, Prometheus, Readiness, ScrapeTarget},
    subject::Subject,
};
use serde::Deserialize;
use url::Url;

use super::{
    Look,
    file::{self, Files},
    page,
};
use crate::clients::http::HttpClient;

/// The port that it listens on unless told otherwise.
const HTTP_PORT: u16 = 9090;
/// Where it looks for its configuration unless told otherwise.
const CONFIG: &str = "/etc/prometheus/prometheus.yml";

#[derive(Deserialize)]
struct Targets {
    data: Active,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Active {
    #[serde(default)]
    active_targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    #[serde(default)]
    scrape_pool: String,
    #[serde(default)]
    scrape_url: String,
    #[serde(default)]
    health: String,
    #[serde(default)]
    last_error: String,
    #[serde(default)]
    last_scrape: String,
}

/// Looks at one Prometheus, which findings call `name`.
pub(crate) async fn of(
    look: &Look<'_>,
    http: &HttpClient,
    container: &Container,
    name: &str,
) -> Prometheus {
    let gap = |probe, reason: String| {
        let subject = Subject::Prometheus(name.to_owned());
        Gap::new(probe, subject, reason)
    };
    let port = file::flag(&container.command, "web.listen-address")
        .and_then(|address| address.rsplit_once(':')?.1.parse().ok())
        .unwrap_or(HTTP_PORT);
    let prefix = prefix(container);
    let api = async {
        let page = page::ask(look, http, container, port, &format!("{prefix}/-/ready")).await?;
        let targets = match &page.ready {
            Readiness::Ready => {
                let query = [("state", "active")];
                let path = format!("{prefix}/api/v1/targets");
                let targets = page::json::<Targets>(look, http, &page.reached, &path, &query).await;
                targets
                    .map(|targets| targets.data.active_targets)
                    .map_err(|fault| fault.to_string())
            }
            Readiness::NotReady { .. } => Err("it is not ready".to_owned()),
            Readiness::NoAnswer { reason } => Err(format!("its API: {reason}")),
        };
        Ok::<_, String>((page, targets))
    };
    let (api, config) = tokio::join!(api, config(Files::Container(look), container));
    let page = api
        .as_ref()
        .map(|(page, _)| page.clone())
        .map_err(|reason| gap(Probe::Prometheus, reason.clone()));
    Prometheus {
        container: container.id.clone(),
        reached: page.clone().map(|page| page.reached).into(),
        ready: page.map(|page| page.ready).into(),
        targets: api
            .and_then(|(_, targets)| targets)
            .map(|targets| targets.into_iter().map(target).collect())
            .map_err(|reason| gap(Probe::Prometheus, reason))
            .into(),
        config: config
            .map_err(|reason| gap(Probe::PrometheusConfig, reason))
            .into(),
    }
}

/// The path below which it serves its pages: told, else that of the URL by which others know it.
fn prefix(container: &Container) -> String {
    let told = file::flag(&container.command, "web.route-prefix").map(str::to_owned);
    let known_by = || {
        let url = file::flag(&container.command, "web.external-url")?;
        Some(Url::parse(url).ok()?.path().to_owned())
    };
    let path = told.or_else(known_by).unwrap_or_default();
    match path.trim_matches('/') {
        "" => String::new(),
        path => format!("/{path}"),
    }
}

/// The configuration of a Prometheus, or why it could not be read.
pub(crate) async fn config(from: Files<'_>, container: &Container) -> Result<Document, String> {
    let path = file::flag(&container.command, "config.file").unwrap_or(CONFIG);
    let file = file::at(from, container, path).await?;
    Document::read(&file.path, &file.text)
        .map(Document::redacted)
        .map_err(|error| format!("`{}`: {error}", file.path))
}

fn target(target: Target) -> ScrapeTarget {
    ScrapeTarget {
        job: target.scrape_pool,
        url: redact::text(&target.scrape_url),
        health: target.health,
        last_error: redact::text(&target.last_error),
        // One that was never scraped has the first moment of Go's calendar.
        last_scrape: target
            .last_scrape
            .parse()
            .ok()
            .filter(|at: &Timestamp| *at > Timestamp::UNIX_EPOCH),
    }
}
