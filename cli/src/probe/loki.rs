//! A Loki: whether it is ready, whose logs it has, and a few lines with trace ids.

use jiff::Timestamp;
use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    redact,
    snapshot::{Container, LogSource, Loki, Reached, Readiness},
    subject::Subject,
};
use serde::Deserialize;

use super::{Look, file, page};
use crate::clients::http::{HttpClient, HttpFault};

/// The port that it listens on unless told otherwise.
const HTTP_PORT: u16 = 3100;
/// No more lines are asked for.
const LINES: &str = "20";
/// Labels that name a service or a container, the most telling first.
const NAMING: [&str; 8] = [
    "service_name",
    "service",
    "compose_service",
    "container_name",
    "container",
    "app",
    "job",
    "filename",
];
/// No more of those labels are asked for their values.
const MOST_LABELS: usize = 4;

#[derive(Deserialize)]
struct Strings {
    #[serde(default)]
    data: Vec<String>,
}

#[derive(Deserialize)]
struct Lines {
    data: Streams,
}

#[derive(Deserialize)]
struct Streams {
    #[serde(default)]
    result: Vec<Stream>,
}

#[derive(Deserialize)]
struct Stream {
    #[serde(default)]
    values: Vec<Vec<serde_json::Value>>,
}

/// Looks at one Loki, which findings call `name`.
pub(crate) async fn of(
    look: &Look<'_>,
    http: &HttpClient,
    container: &Container,
    name: &str,
) -> Loki {
    let gap = |reason: String| Gap::new(Probe::Loki, Subject::Loki(name.to_owned()), reason);
    let port = file::flag(&container.command, "server.http-listen-port")
        .and_then(|port| port.parse().ok())
        .unwrap_or(HTTP_PORT);
    let page = page::ask(look, http, container, port, "/ready")
        .await
        .map_err(gap);
    let silent = |why: String| Loki {
        container: container.id.clone(),
        reached: page.clone().map(|page| page.reached).into(),
        ready: page.clone().map(|page| page.ready).into(),
        labels: Observed::Unknown(gap(why.clone())),
        sources: Observed::Unknown(gap(why.clone())),
        lines_with_ids: Observed::Unknown(gap(why)),
    };
    let base = match &page {
        Err(missing) => return silent(missing.reason.clone()),
        Ok(page) => match &page.ready {
            Readiness::Ready | Readiness::NotReady { .. } => &page.reached,
            Readiness::NoAnswer { reason } => return silent(format!("its API: {reason}")),
        },
    };
    let window = Window::of(look);
    let labels = page::json::<Strings>(look, http, base, "/loki/api/v1/labels", &window.query(&[]))
        .await
        .map(|labels| labels.data);
    let (sources, lines) = match &labels {
        Ok(labels) => tokio::join!(
            sources(look, http, base, &window, labels),
            lines(look, http, base, &window, labels),
        ),
        Err(fault) => (Err(fault.clone()), Err(fault.clone())),
    };
    let missing = |fault: HttpFault| gap(fault.to_string());
    Loki {
        container: container.id.clone(),
        reached: page.clone().map(|page| page.reached).into(),
        ready: page.map(|page| page.ready).into(),
        labels: labels.map_err(missing).into(),
        sources: sources.map_err(missing).into(),
        lines_with_ids: lines.map_err(missing).into(),
    }
}

/// The window of the look, as Loki takes it: nanoseconds.
struct Window {
    start: String,
    end: String,
}

impl Window {
    fn of(look: &Look<'_>) -> Self {
        let nanoseconds = |at: Timestamp| at.as_nanosecond().to_string();
        Self {
            start: nanoseconds(look.since),
            end: nanoseconds(look.taken_at),
        }
    }

    fn query<'q>(&'q self, more: &[(&'q str, &'q str)]) -> Vec<(&'q str, &'q str)> {
        let window = [("start", self.start.as_str()), ("end", self.end.as_str())];
        window.iter().chain(more).copied().collect()
    }
}

async fn sources(
    look: &Look<'_>,
    http: &HttpClient,
    base: &Reached,
    window: &Window,
    labels: &[String],
) -> Result<Vec<LogSource>, HttpFault> {
    let naming = NAMING
        .iter()
        .filter(|name| labels.iter().any(|label| label == *name))
        .take(MOST_LABELS);
    let asked = naming.map(|label| async move {
        let path = format!("/loki/api/v1/label/{label}/values");
        let values = page::json::<Strings>(look, http, base, &path, &window.query(&[])).await?;
        Ok(LogSource {
            label: (*label).to_owned(),
            values: values.data,
        })
    });
    futures_util::future::try_join_all(asked).await
}

/// The newest lines in which an id of 32 digits stands.
async fn lines(
    look: &Look<'_>,
    http: &HttpClient,
    base: &Reached,
    window: &Window,
    labels: &[String],
) -> Result<Vec<String>, HttpFault> {
    let naming = NAMING
        .iter()
        .copied()
        .chain(labels.iter().map(String::as_str));
    let Some(label) = naming
        .into_iter()
        .find(|name| labels.iter().any(|label| label == name))
    else {
        return Ok(Vec::new());
    };
    // A query needs one label that is not empty.
    let query = format!("{{{label}=~\".+\"}} |~ \"[0-9a-f]{{32}}\"");
    let more = [
        ("query", query.as_str()),
        ("limit", LINES),
        ("direction", "backward"),
    ];
    let path = "/loki/api/v1/query_range";
    let found = page::json::<Lines>(look, http, base, path, &window.query(&more)).await?;
    Ok(found
        .data
        .result
        .iter()
        .flat_map(|stream| &stream.values)
        .filter_map(|entry| entry.get(1)?.as_str())
        .map(|line| redact::text(&line.chars().take(2048).collect::<String>()))
        .collect())
}
