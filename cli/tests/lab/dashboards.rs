//! What the dashboards ask of Prometheus and Tempo, which alerts fire, and whether a stack has answers.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::failure::Failure;
use crate::http;
use crate::prometheus;
use crate::stack::Stack;
use crate::until::{Seen, until};

/// Where they lie.
const FOLDER: &str = "config/grafana/provisioning/dashboards";
/// The port of Tempo's API.
const TEMPO: u16 = 3200;
/// Until when every panel must have data: a few scrapes after the first requests.
const PATIENCE: Duration = Duration::from_secs(90);

/// What Grafana puts in the place of its variables, and the lab instead.
const VARIABLES: [(&str, &str); 6] = [
    ("$__rate_interval", "30s"),
    ("$__range", "1m"),
    ("$percentile", "0.99"),
    ("$slow", "1ms"),
    ("${service:pipe}", ".*"),
    ("$service", ".*"),
];

/// The question of one panel.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// Dashboard and panel.
    place: String,
    text: String,
    to: Source,
}

impl Question {
    /// Whether this alert fires.
    pub(crate) fn firing(alert: &str) -> Self {
        Self {
            place: "alerts".to_owned(),
            text: format!("ALERTS{{alertstate=\"firing\",alertname=\"{alert}\"}}"),
            to: Source::Prometheus,
        }
    }
}

/// Who is asked. Nobody here speaks `LogQL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Prometheus,
    Tempo,
}

/// Every question of every dashboard to Prometheus and Tempo.
pub(crate) fn questions(repository: &Path) -> Result<Vec<Question>, Failure> {
    let folder = repository.join(FOLDER);
    let failed = |source| Failure::File {
        action: "read",
        path: folder.display().to_string(),
        source,
    };
    let mut questions = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(failed)?;
        let dashboard: Value = serde_json::from_str(&text)
            .map_err(|error| Failure::Stack(format!("`{}`: {error}", path.display())))?;
        questions.extend(of(&dashboard));
    }
    if questions.is_empty() {
        return Err(Failure::Stack("no dashboard asks for anything".to_owned()));
    }
    Ok(questions)
}

fn of(dashboard: &Value) -> Vec<Question> {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut questions = Vec::new();
    for panel in items(&dashboard["panels"]) {
        for target in items(&panel["targets"]) {
            let asked = match target["datasource"]["uid"].as_str() {
                Some("prometheus") => target["expr"].as_str().map(|it| (it, Source::Prometheus)),
                Some("tempo") if target["queryType"] == "traceql" => {
                    target["query"].as_str().map(|it| (it, Source::Tempo))
                }
                _ => None,
            };
            questions.extend(asked.map(|(text, to)| Question {
                place: format!("{} / {}", dashboard["title"], panel["title"]).replace('"', ""),
                text: filled_in(text),
                to,
            }));
        }
    }
    questions
}

fn filled_in(query: &str) -> String {
    VARIABLES
        .iter()
        .fold(query.to_owned(), |query, (variable, value)| {
            query.replace(variable, value)
        })
}

impl Stack {
    /// Sends traffic until each of these questions has been answered with data once.
    pub(crate) async fn until_panels_have_data(
        &self,
        questions: Vec<Question>,
        mut traffic: impl AsyncFnMut() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let prometheus = self.address("prometheus", prometheus::PORT).await?;
        let tempo = self.address("tempo", TEMPO).await?;
        let mut open = questions;
        until("data on every panel", PATIENCE, async || {
            traffic().await?;
            let mut unanswered = Vec::new();
            for question in open.drain(..) {
                let address = match question.to {
                    Source::Prometheus => prometheus,
                    Source::Tempo => tempo,
                };
                if !has_data(address, &question).await? {
                    unanswered.push(question);
                }
            }
            open = unanswered;
            let left = open.iter().map(|it| format!("{}: {}", it.place, it.text));
            let left: Vec<String> = left.collect();
            Ok(if left.is_empty() {
                Seen::Yes(())
            } else {
                Seen::NotYet(left.join("; "))
            })
        })
        .await
    }

    /// Fails where Prometheus could not work out a rule.
    pub(crate) async fn rules_are_well(&self) -> Result<(), Failure> {
        let prometheus = self.address("prometheus", prometheus::PORT).await?;
        let answer = ask(prometheus, "/api/v1/rules").await?;
        let groups = answer["data"]["groups"].as_array();
        let rules = groups
            .into_iter()
            .flatten()
            .filter_map(|group| group["rules"].as_array());
        let rules: Vec<&Value> = rules.flatten().collect();
        match rules.iter().find(|rule| rule["health"] != "ok") {
            Some(rule) => Err(Failure::Stack(format!("a rule is not well: {rule}"))),
            None if rules.is_empty() => Err(Failure::Stack("there are no rules".to_owned())),
            None => Ok(()),
        }
    }
}

/// Whether the answer to a question has data; an answer that it cannot be understood is a failure.
async fn has_data(address: SocketAddr, question: &Question) -> Result<bool, Failure> {
    let query = encoded(&question.text);
    let (path, results) = match question.to {
        Source::Prometheus => (format!("/api/v1/query?query={query}"), "/data/result"),
        Source::Tempo => (format!("/api/search?limit=20&q={query}"), "/traces"),
    };
    let answer = ask(address, &path).await?;
    let results = answer.pointer(results).and_then(Value::as_array);
    Ok(results.is_some_and(|results| !results.is_empty()))
}

async fn ask(address: SocketAddr, path: &str) -> Result<Value, Failure> {
    let answer = http::get(address, path)
        .await
        .map_err(|source| Failure::Request {
            to: format!("{address}{path}"),
            source,
        })?;
    let refused = || Failure::Stack(format!("`{path}`: {} {}", answer.status, answer.body));
    if answer.status != 200 {
        return Err(refused());
    }
    serde_json::from_str(&answer.body).map_err(|_| refused())
}

/// A query as it stands in a URL.
fn encoded(query: &str) -> String {
    query
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
