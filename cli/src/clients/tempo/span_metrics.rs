//! How often, how well and how fast what services do was done, by `TraceQL` metrics
//! (<https://grafana.com/docs/tempo/latest/metrics-from-traces/metrics-queries/>).

use std::collections::BTreeMap;

use ptctl_diagnosis::{
    redact,
    trace::{
        SpanKind,
        figures::{Figures, Operation, Percentiles},
    },
    traceql::SpanFilter,
};
use serde::Deserialize;
use serde_json::Value;

use super::{SearchRange, TempoClient};
use crate::clients::{deadline::Deadline, http::HttpFault};

/// By what spans are told apart. No more than five are taken.
const SERVICE: &str = "resource.service.name";
const NAME: &str = "name";
const KIND: &str = "kind";
const STATUS: &str = "status";
/// The label that tells percentiles apart.
const PERCENTILE: &str = "p";

/// The figures of operations, as the backend has counted them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct SpanMetrics {
    /// Each with its figures. Percentiles are estimates: Tempo counts durations between powers of two.
    pub(crate) operations: BTreeMap<Operation, Figures>,
    /// Why the backend left some out, where it did.
    pub(crate) partial: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    series: Vec<Series>,
    /// `PARTIAL` where series were left out.
    #[serde(default)]
    status: Value,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    labels: Vec<Label>,
    /// Left out where it is zero.
    #[serde(default)]
    value: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Label {
    key: String,
    #[serde(default)]
    value: LabelValue,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LabelValue {
    #[serde(default)]
    string_value: String,
    #[serde(default)]
    double_value: f64,
}

impl TempoClient {
    /// The figures of the operations whose spans match, over a range of whole seconds.
    pub(crate) async fn span_metrics(
        &self,
        filter: &SpanFilter,
        range: SearchRange,
        deadline: Deadline,
    ) -> Result<SpanMetrics, HttpFault> {
        let operation = format!("{SERVICE}, {NAME}, {KIND}");
        let counts = format!("{filter} | count_over_time() by ({operation}, {STATUS})");
        let quantiles =
            format!("{filter} | quantile_over_time(duration, .5, .95, .99) by ({operation})");
        let longest = format!("{filter} | max_over_time(duration) by ({operation})");
        let (counts, quantiles, longest) = futures_util::try_join!(
            self.over(&counts, range, deadline),
            self.over(&quantiles, range, deadline),
            self.over(&longest, range, deadline),
        )?;
        Ok(SpanMetrics::of(counts, quantiles, longest))
    }

    /// One value for each series over the whole range.
    async fn over(
        &self,
        query: &str,
        range: SearchRange,
        deadline: Deadline,
    ) -> Result<Answer, HttpFault> {
        let (start, end) = (Self::seconds(range.since), Self::seconds(range.until));
        let parameters = [("q", query), ("start", &start), ("end", &end)];
        self.json("/api/metrics/query", &parameters, deadline).await
    }
}

impl SpanMetrics {
    fn of(counts: Answer, quantiles: Answer, longest: Answer) -> Self {
        let partial = [&counts, &quantiles, &longest]
            .iter()
            .find_map(|answer| answer.partial());
        let mut operations: BTreeMap<Operation, Figures> = BTreeMap::new();
        for series in counts.series {
            let count = whole(series.value);
            if count > 0 {
                let figures = operations.entry(series.operation()).or_default();
                figures.count += count;
                if series.text(STATUS) == "error" {
                    figures.errors += count;
                }
            }
        }
        let mut estimates: BTreeMap<Operation, [Option<u64>; 3]> = BTreeMap::new();
        for series in quantiles.series {
            if let Some(place) = series.percentile() {
                let estimate = nanoseconds(series.value);
                estimates.entry(series.operation()).or_default()[place] = Some(estimate);
            }
        }
        for series in longest.series {
            let operation = series.operation();
            if let Some(figures) = operations.get_mut(&operation)
                && let Some([Some(p50_ns), Some(p95_ns), Some(p99_ns)]) = estimates.get(&operation)
            {
                figures.percentiles = Some(Percentiles::bounded(
                    [*p50_ns, *p95_ns, *p99_ns],
                    nanoseconds(series.value),
                ));
            }
        }
        Self {
            operations,
            partial,
        }
    }
}

impl Answer {
    fn partial(&self) -> Option<String> {
        let is_partial = self.status == "PARTIAL" || self.status == 1;
        is_partial.then(|| self.message.clone())
    }
}

impl Series {
    fn operation(&self) -> Operation {
        let text = |key| redact::text(self.text(key));
        Operation {
            service: Some(text(SERVICE)).filter(|name| !name.is_empty()),
            name: text(NAME),
            kind: kind(self.text(KIND)),
        }
    }

    fn text(&self, key: &str) -> &str {
        self.label(key)
            .map_or("", |label| label.value.string_value.as_str())
    }

    fn label(&self, key: &str) -> Option<&Label> {
        self.labels.iter().find(|label| label.key == key)
    }

    /// Which of the three percentiles it is.
    fn percentile(&self) -> Option<usize> {
        Some(match self.label(PERCENTILE)?.value.double_value {
            ..0.9 => 0,
            0.9..0.97 => 1,
            _ => 2,
        })
    }
}

/// A side of a call as `TraceQL` names it.
fn kind(name: &str) -> SpanKind {
    match name {
        "internal" => SpanKind::Internal,
        "server" => SpanKind::Server,
        "client" => SpanKind::Client,
        "producer" => SpanKind::Producer,
        "consumer" => SpanKind::Consumer,
        _ => SpanKind::Unspecified,
    }
}

/// A count, which comes as a floating-point number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a floating-point number ends at the ends of what an integer can be"
)]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

fn nanoseconds(seconds: f64) -> u64 {
    whole(seconds * 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! recorded {
        ($file:literal) => {
            serde_json::from_str(include_str!(concat!(
                "../../../tests/it/fake_stack/recordings/",
                $file
            )))
            .unwrap()
        };
    }

    #[test]
    fn recorded_answers_of_both_generations_are_read() {
        let two = SpanMetrics::of(
            recorded!("tempo-2.10/metrics_count.json"),
            recorded!("tempo-2.10/metrics_quantile.json"),
            recorded!("tempo-2.10/metrics_max.json"),
        );
        let three = SpanMetrics::of(
            recorded!("tempo-3.0/metrics_count.json"),
            recorded!("tempo-3.0/metrics_quantile.json"),
            recorded!("tempo-3.0/metrics_max.json"),
        );
        for (metrics, generation) in [(two, 2), (three, 3)] {
            assert_eq!(metrics.partial, None);
            let charge = Operation {
                service: Some("payments".to_owned()),
                name: "POST /charge".to_owned(),
                kind: SpanKind::Server,
            };
            let figures = metrics.operations[&charge];
            assert!(
                figures.errors > 0 && figures.errors * 5 < figures.count,
                "{generation}: {figures:?}"
            );
            for figures in metrics.operations.values() {
                let of = figures.percentiles.unwrap();
                assert!(
                    of.p50_ns <= of.p95_ns && of.p95_ns <= of.p99_ns && of.p99_ns <= of.longest_ns,
                    "{of:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_left_out_is_zero_and_no_estimate_is_longer_than_the_longest() {
        let answer = |text: &str| serde_json::from_str::<Answer>(text).unwrap();
        let labels = r#"[{"key":"resource.service.name","value":{"stringValue":""}},{"key":"name","value":{"stringValue":"a"}},
            {"key":"kind","value":{"stringValue":"server"}}"#;
        let counts = format!(
            r#"{{"series":[{{"labels":{labels},{{"key":"status","value":{{"stringValue":"error"}}}}],"value":2}},
            {{"labels":[{{"key":"name","value":{{"stringValue":"never"}}}}]}}],"status":"PARTIAL","message":"too many series"}}"#
        );
        let quantiles = ["0.5", "0.95", "0.99"].map(|p| {
            format!(r#"{{"labels":{labels},{{"key":"p","value":{{"doubleValue":{p}}}}}],"value":0.016777216}}"#)
        });
        let quantile = format!(r#"{{"series":[{}]}}"#, quantiles.join(","));
        let longest = format!(r#"{{"series":[{{"labels":{labels}],"value":0.01}}]}}"#);
        let metrics = SpanMetrics::of(answer(&counts), answer(&quantile), answer(&longest));
        assert_eq!(metrics.partial.as_deref(), Some("too many series"));
        let all: Vec<(&Operation, &Figures)> = metrics.operations.iter().collect();
        assert_eq!(all.len(), 1);
        let (operation, figures) = all[0];
        assert_eq!(
            (operation.service.as_deref(), operation.kind),
            (None, SpanKind::Server)
        );
        assert_eq!((figures.count, figures.errors), (2, 2));
        assert_eq!(figures.percentiles.unwrap().p99_ns, 10_000_000);
        let nothing = SpanMetrics::of(answer("{}"), answer("{}"), answer(r#"{"metrics":{}}"#));
        assert_eq!(nothing, SpanMetrics::default());
    }
}
