//! A trace's page in Grafana.

use serde_json::json;
use url::Url;

use super::Trace;
use crate::snapshot::{DataSource, Grafana, Reached};

/// The first major version whose Explore reads `panes`.
const READS_PANES: u64 = 10;
/// So many milliseconds around a trace are looked at: its clocks may be out of step.
const AROUND: u64 = 60 * 60 * 1000;

/// The address of a trace in the Explore page of a Grafana that a browser can reach, where it has a data source for the
/// backend that has the trace: the one that asks `backend` by name, or the only one of Tempo's, unless that asks another
/// of `backends`, which are all that there are.
pub fn explore_link(
    grafana: &Grafana,
    backend: &str,
    backends: &[&str],
    trace: &Trace,
) -> Option<String> {
    let base = match grafana.reached.known()? {
        Reached::PublishedPort(url) | Reached::ContainerAddress(url) | Reached::Given(url) => url,
        Reached::Inside(_) => return None,
    };
    let major = |version: &String| version.split('.').next()?.parse::<u64>().ok();
    if grafana.version.known().and_then(major)? < READS_PANES {
        return None;
    }
    let uid = data_source(grafana, backend, backends)?;
    let extent = trace.extent();
    let pane = json!({
        "datasource": uid,
        "queries": [{
            "refId": "A",
            "datasource": {"type": "tempo", "uid": uid},
            "queryType": "traceql",
            "query": trace.id().to_string(),
        }],
        "range": {
            "from": (extent.start / 1_000_000).saturating_sub(AROUND).to_string(),
            "to": (extent.end / 1_000_000).saturating_add(AROUND).to_string(),
        },
    });
    let mut url = Url::parse(base).ok()?;
    let path = format!("{}/explore", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url.query_pairs_mut()
        .append_pair("schemaVersion", "1")
        .append_pair("panes", &json!({"trace": pane}).to_string());
    Some(url.into())
}

/// The uid of the data source that asks a backend.
fn data_source<'g>(grafana: &'g Grafana, backend: &str, backends: &[&str]) -> Option<&'g str> {
    let api = grafana.data_sources.known();
    let all = api.or_else(|| grafana.provisioned.known())?;
    let tempos: Vec<&DataSource> = all.iter().filter(|source| source.kind == "tempo").collect();
    let host = |source: &DataSource| {
        let url = Url::parse(source.url.as_ref()?).ok()?;
        url.host_str().map(str::to_owned)
    };
    let asks_another = |source: &DataSource| {
        let host = host(source);
        let mut others = backends.iter().filter(|other| **other != backend);
        others.any(|other| host.as_deref() == Some(other))
    };
    let source = match tempos[..] {
        [only] if asks_another(only) => return None,
        [only] => only,
        _ => tempos
            .iter()
            .find(|source| host(source).as_deref() == Some(backend))?,
    };
    source.uid.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixtures, observed::Observed, trace::tree::tests::span};

    #[test]
    fn a_trace_is_linked_where_grafana_is_reached_and_knows_the_backend() {
        let trace = Trace::new(
            "0af7651916cd43dd8448eb211c80319c".parse().unwrap(),
            vec![span(1, None, "a", 0, 5)],
        )
        .unwrap();
        let mut grafana = fixtures::surrounded().grafanas.remove(0);
        grafana.reached =
            Observed::Known(Reached::PublishedPort("http://127.0.0.1:3000".to_owned()));
        grafana.version = Observed::Known("12.1.0".to_owned());
        let link = explore_link(&grafana, "tempo", &["tempo"], &trace);
        let link = Url::parse(&link.unwrap()).unwrap();
        assert_eq!(link.path(), "/explore");
        let panes: serde_json::Value = link
            .query_pairs()
            .find(|(name, _)| name == "panes")
            .map(|(_, value)| serde_json::from_str(&value).unwrap())
            .unwrap();
        let query = &panes["trace"]["queries"][0];
        assert_eq!(query["query"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(panes["trace"]["range"]["from"], "0");
        assert!(panes["trace"]["datasource"].is_string());

        // The only data source may be of another backend.
        let tempos = ["tempo", "other"];
        assert!(explore_link(&grafana, "tempo", &tempos, &trace).is_some());
        assert_eq!(explore_link(&grafana, "other", &tempos, &trace), None);

        grafana.version = Observed::Known("9.5.1".to_owned());
        assert_eq!(explore_link(&grafana, "tempo", &["tempo"], &trace), None);
    }
}
