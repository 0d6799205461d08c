//! Grafana streams search results from a Tempo that does not stream over HTTP.

use super::source;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, Severity},
    policy::Policy,
    snapshot::Grafana,
    view::{Neighbour, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1004),
    name: "grafana-streaming-unsupported",
    severity: Severity::Warning,
    summary: "Grafana streams search from a Tempo that does not offer it on its HTTP port",
    why: "Search fails with `http2: frame too large` or `Unable to connect with Tempo`, while a trace opens by its id.",
    causes: &[
        "`streamingEnabled` is set at the data source, and `stream_over_http_enabled` is not in Tempo's configuration.",
    ],
    remedy: "Set `stream_over_http_enabled: true` in Tempo's configuration, or take `streamingEnabled` out of the data source.",
    verify: "A search in Grafana's Explore finds traces.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachGrafana(examine),
};

fn examine(grafana: &Neighbour<'_, Grafana>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let sources = source::of_tempo(grafana.facts)?;
    for source in sources {
        let streams = ["search", "metrics"].iter().find_map(|what| {
            let node = source.setting(&["streamingEnabled", what])?;
            (node.text() == Some("true")).then_some((*what, node))
        });
        let (Some((what, node)), Some(backend)) =
            (streams, source::backend(source, grafana, stack))
        else {
            continue;
        };
        let file = backend.tempo.file.get()?;
        let setting = file.at(&["stream_over_http_enabled"]);
        if setting.and_then(|node| node.text()) == Some("true") {
            continue;
        }
        let theirs = Evidence::setting(
            file.location(setting.unwrap_or(&file.root)),
            match setting.and_then(|node| node.text()) {
                Some(value) => format!("stream_over_http_enabled: {value}"),
                None => "no stream_over_http_enabled".to_owned(),
            },
        );
        return fail(
            Report::new(
                format!(
                    "data source `{}` of Grafana `{}` streams {what}, but Tempo `{}` does not stream over HTTP",
                    source.name,
                    grafana.label(),
                    backend.label()
                ),
                source::proof(source, &format!("streamingEnabled.{what}"), node),
                source::mend(
                    grafana,
                    format!(
                        "set `stream_over_http_enabled: true` in the configuration of `{}` and restart it, or switch `streamingEnabled` off",
                        backend.label()
                    ),
                ),
            )
            .proof([theirs]),
        );
    }
    Ok(Outcome::Pass)
}
