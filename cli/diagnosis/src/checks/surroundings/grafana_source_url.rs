//! A data source of Tempo whose URL leads nowhere, or to another port than that of queries.

use super::source::{self, Way};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    export::Target,
    finding::Severity,
    observed::Gap,
    policy::Policy,
    snapshot::{DataSource, Grafana},
    view::{Neighbour, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1002),
    name: "grafana-source-url",
    severity: Severity::Warning,
    summary: "Grafana's data source of Tempo has a wrong URL",
    why: "Every query fails, while Tempo is healthy and has the traces.",
    causes: &[
        "`localhost` is Grafana's own container.",
        "A port other than that of Tempo's HTTP API: 4317 and 4318 ingest, 9095 is gRPC, 3100 was the default before 2.0.",
        "A path such as `/tempo` or `/api`, which Grafana adds to.",
    ],
    remedy: "Set `url: http://tempo:3200` at the data source, then restart Grafana.",
    verify: "\"Save & test\" of the data source succeeds.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachGrafana(examine),
};

fn examine(grafana: &Neighbour<'_, Grafana>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let sources = source::of_tempo(grafana.facts)?;
    if sources.is_empty() {
        return Ok(Outcome::NotApplicable(source::NO_TEMPO_SOURCE));
    }
    for source in sources {
        let access = source.entry.at(&["access"]).and_then(|node| node.text());
        let Some(url) = source.url.as_deref().filter(|_| access != Some("direct")) else {
            continue;
        };
        let Some(way) = source::way(url, grafana.container, stack.snapshot) else {
            continue;
        };
        let Some(wrong) = wrong(&way, stack)? else {
            continue;
        };
        return fail(report(grafana, source, url, &wrong, stack));
    }
    Ok(Outcome::Pass)
}

/// What is wrong with a URL, if anything.
fn wrong(way: &Way<'_>, stack: &Stack<'_>) -> Result<Option<String>, Gap> {
    let container = match &way.target {
        Target::OwnLoopback => {
            return Ok(Some("that is Grafana's own container".to_owned()));
        }
        Target::Nobody => {
            return Ok(Some(
                "no container on Grafana's networks has that name".to_owned(),
            ));
        }
        Target::NotShared { name, .. } => {
            return Ok(Some(format!("`{name}` is on no network of Grafana's")));
        }
        Target::HostPort | Target::Outside => return Ok(None),
        Target::Container { container, .. } => container,
    };
    let backend = stack
        .backends
        .iter()
        .find(|backend| backend.tempo.container.as_ref() == Some(&container.id));
    let Some(backend) = backend else {
        return Ok(None);
    };
    let config = backend.tempo.config.get()?;
    if way.port != config.http_port {
        return Ok(Some(format!(
            "Tempo answers queries at {}",
            config.http_port
        )));
    }
    // A prefix of the API is a setting of Tempo's own file.
    let prefix = backend
        .tempo
        .file
        .known()
        .and_then(|file| file.at(&["http_api_prefix"])?.text());
    let path = way.endpoint.path.trim_matches('/');
    if path.is_empty() || prefix.is_some_and(|prefix| prefix.trim_matches('/') == path) {
        return Ok(None);
    }
    Ok(Some(format!("Tempo has no path `/{path}`")))
}

fn report(
    grafana: &Neighbour<'_, Grafana>,
    source: &DataSource,
    url: &str,
    wrong: &str,
    stack: &Stack<'_>,
) -> Report {
    let right = stack.backends.first().map_or_else(
        || "http://tempo:3200".to_owned(),
        |backend| {
            let port = backend.tempo.config.known();
            let port = port.map_or(3200, |config| config.http_port);
            format!("http://{}:{port}", backend.label())
        },
    );
    let node = source.entry.at(&["url"]).unwrap_or(&source.entry.root);
    Report::new(
        format!(
            "data source `{}` of Grafana `{}` asks `{url}`, but {wrong}",
            source.name,
            grafana.label()
        ),
        source::proof(source, "url", node),
        source::mend(
            grafana,
            format!("set `url: {right}` at data source `{}`", source.name),
        ),
    )
}
