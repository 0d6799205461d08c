//! The counters of Tempo 2.x and 3.x that tell whether spans arrive and stay.

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::{Discarded, Limit, StorageAnswers, TempoMetrics};

use crate::clients::exposition::{self, Sample};

/// Reads the page `/metrics`; `None` where it is not Tempo's.
pub(super) fn read(text: &str) -> Option<TempoMetrics> {
    // A counter that has not moved yet is often absent; that this is Tempo at all must be certain.
    if !text
        .lines()
        .any(|line| line.starts_with("tempo_") || line.starts_with("tempodb_"))
    {
        return None;
    }
    let mut metrics = TempoMetrics::default();
    for sample in exposition::samples(text, is_wanted) {
        if sample.name == "process_start_time_seconds" {
            metrics.started_at = moment(sample.value);
        } else if let Some(count) = sample.count() {
            take(&mut metrics, &sample, count);
        }
    }
    Some(metrics)
}

fn is_wanted(name: &str) -> bool {
    ["tempo_", "tempodb_", "prometheus_remote_", "process_start"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

fn take(metrics: &mut TempoMetrics, sample: &Sample, count: u64) {
    let generator = &mut metrics.generator;
    match sample.name.as_str() {
        "tempo_receiver_accepted_spans" => metrics.accepted += count,
        "tempo_receiver_refused_spans" => metrics.refused += count,
        "tempo_distributor_spans_received_total" => metrics.received += count,
        "tempo_discarded_spans_total" => discard(&mut metrics.discarded, sample, count),
        "tempo_distributor_attributes_truncated_total" => metrics.attributes_truncated += count,
        "tempo_ingester_live_traces" | "tempo_live_store_live_traces" => {
            add(&mut metrics.live_traces, count);
        }
        "tempo_ingester_failed_flushes_total"
        | "tempo_live_store_local_failed_flushes_total"
        | "tempo_live_store_failed_completions_total" => metrics.failed_flushes += count,
        "tempo_backend_scheduler_work_flushes_failed_total" => metrics.work_flushes_failed += count,
        "tempo_live_store_lagged_requests_total" => metrics.lagged_requests += count,
        "tempodb_retention_deleted_total" => add(&mut metrics.retention_deleted, count),
        "tempodb_retention_errors_total" => metrics.retention_errors += count,
        "tempodb_compaction_errors_total" => metrics.compaction_errors += count,
        "tempodb_blocklist_poll_errors_total" => metrics.poll_errors += count,
        "tempodb_backend_bytes_total" => match sample.label("status") {
            Some("live") => add(&mut metrics.stored_bytes, count),
            Some("compacted") => add(&mut metrics.compacted_bytes, count),
            _ => {}
        },
        "tempodb_backend_objects_total" if sample.label("status") == Some("live") => {
            add(&mut metrics.stored_traces, count);
        }
        "tempodb_backend_request_duration_seconds_count" => {
            answered(&mut metrics.storage_answers, sample, count);
        }
        "tempodb_blocklist_length" => add(&mut metrics.listed_blocks, count),
        "tempo_limits_defaults" => {
            if let Some(name) = sample.label("limit_name") {
                metrics.limits.push(Limit {
                    name: name.to_owned(),
                    value: count,
                });
            }
        }
        "tempo_metrics_generator_spans_received_total" => {
            add(&mut generator.spans_received, count);
        }
        "tempo_metrics_generator_spans_discarded_total" => {
            discard(&mut generator.spans_discarded, sample, count);
        }
        "tempo_metrics_generator_processor_service_graphs_expired_edges" => {
            add(&mut generator.unpaired_edges, count);
        }
        "tempo_metrics_generator_processor_service_graphs_edges" => {
            add(&mut generator.edges, count);
        }
        "prometheus_remote_storage_samples_failed_total" => generator.remote_write_failed += count,
        "prometheus_remote_storage_samples_in_total" => {
            add(&mut generator.remote_write_samples, count);
        }
        _ => {}
    }
}

fn add(sum: &mut Option<u64>, count: u64) {
    *sum = Some(sum.unwrap_or(0).saturating_add(count));
}

fn answered(answers: &mut Vec<StorageAnswers>, sample: &Sample, count: u64) {
    let status = sample.label("status_code").and_then(|it| it.parse().ok());
    let Some(status) = status.filter(|_| count > 0) else {
        return;
    };
    match answers.iter_mut().find(|known| known.status == status) {
        Some(known) => known.count += count,
        None => answers.push(StorageAnswers { status, count }),
    }
}

fn discard(discarded: &mut Vec<Discarded>, sample: &Sample, spans: u64) {
    if spans == 0 {
        return;
    }
    let reason = sample.label("reason").unwrap_or("unknown");
    match discarded.iter_mut().find(|known| known.reason == reason) {
        Some(known) => known.spans += spans,
        None => discarded.push(Discarded {
            reason: reason.to_owned(),
            spans,
        }),
    }
}

/// A time as Prometheus writes it: seconds since 1970 with a fraction.
fn moment(seconds: f64) -> Option<Timestamp> {
    let milliseconds = format!("{:.0}", seconds * 1e3).parse().ok()?;
    Timestamp::from_millisecond(milliseconds).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_majors_tell_start_limits_and_live_traces() {
        for (text, burst) in [
            (
                include_str!("../../../tests/it/fake_stack/recordings/tempo-2.10/metrics.txt"),
                20_000_000,
            ),
            (
                include_str!("../../../tests/it/fake_stack/recordings/tempo-3.0/metrics.txt"),
                30_000_000,
            ),
        ] {
            let metrics = read(text).unwrap();
            assert!(metrics.started_at.is_some() && metrics.live_traces.is_some());
            assert_eq!(metrics.limit("ingestion_burst_size_bytes"), Some(burst));
            assert_eq!(metrics.limit("block_retention"), Some(0));
            assert_eq!(metrics.retention_deleted, Some(0));
            assert_eq!(metrics.failed_flushes + metrics.retention_errors, 0);
        }
    }

    proptest! {
        #[test]
        fn no_page_breaks_the_reader(text in "(tempo_|tempodb_|process_start_time_seconds|[a-z{}=\"\\\\ ,0-9#\n.e+-]){0,60}") {
            drop(read(&text));
        }
    }

    #[test]
    fn counters_are_summed_over_transports_and_tenants() {
        let text = concat!(
            "tempo_receiver_accepted_spans{receiver=\"otlp/otlp_receiver\",transport=\"grpc\"} 21\n",
            "tempo_receiver_accepted_spans{receiver=\"otlp/otlp_receiver\",transport=\"http\"} 24\n",
            "tempo_discarded_spans_total{reason=\"rate_limited\",tenant=\"a\"} 3\n",
            "tempo_discarded_spans_total{reason=\"rate_limited\",tenant=\"b\"} 4\n",
            "tempo_discarded_spans_total{reason=\"trace_too_large\",tenant=\"a\"} 0\n",
            "tempodb_backend_bytes_total{status=\"live\",tenant=\"a\"} 1.5e+06\n",
            "tempodb_backend_bytes_total{status=\"compacted\",tenant=\"a\"} 9\n",
            "tempodb_backend_objects_total{status=\"live\",tenant=\"a\"} 40\n",
            "tempodb_backend_request_duration_seconds_count{operation=\"GET\",status_code=\"200\"} 28\n",
            "tempodb_backend_request_duration_seconds_count{operation=\"GET\",status_code=\"403\"} 5\n",
            "tempodb_backend_request_duration_seconds_count{operation=\"PUT\",status_code=\"403\"} 3\n",
        );
        let expected = TempoMetrics {
            accepted: 45,
            discarded: vec![Discarded {
                reason: "rate_limited".into(),
                spans: 7,
            }],
            stored_bytes: Some(1_500_000),
            compacted_bytes: Some(9),
            stored_traces: Some(40),
            storage_answers: vec![
                StorageAnswers {
                    status: 200,
                    count: 28,
                },
                StorageAnswers {
                    status: 403,
                    count: 8,
                },
            ],
            ..TempoMetrics::default()
        };
        assert_eq!(read(text), Some(expected));
        assert_eq!(read("go_goroutines 7\n"), None);
    }
}
