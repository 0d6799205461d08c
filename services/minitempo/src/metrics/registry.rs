//! The families that are counted as things happen, under Tempo's names.

use std::time::Duration;

use super::family::{CounterFamily, Exposition, HistogramFamily};
use crate::ids::TenantId;
use crate::ingest::Transport;

/// The receiver label of Tempo's OTLP receiver.
const RECEIVER: &str = "otlp/otlp_receiver";

/// All counters of a server.
pub(crate) struct Metrics {
    accepted: CounterFamily<2>,
    refused: CounterFamily<2>,
    discarded: CounterFamily<2>,
    ingress_bytes: CounterFamily<1>,
    bytes_received: CounterFamily<1>,
    spans_received: CounterFamily<1>,
    traces_received: CounterFamily<1>,
    attributes_truncated: CounterFamily<2>,
    queries: CounterFamily<2>,
    requests: HistogramFamily<3>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            accepted: CounterFamily::new(
                "tempo_receiver_accepted_spans",
                "Number of spans successfully pushed into the pipeline.",
                ["receiver", "transport"],
            ),
            refused: CounterFamily::new(
                "tempo_receiver_refused_spans",
                "Number of spans that could not be pushed into the pipeline.",
                ["receiver", "transport"],
            ),
            discarded: CounterFamily::new(
                "tempo_discarded_spans_total",
                "The total number of samples that were discarded.",
                ["reason", "tenant"],
            ),
            ingress_bytes: CounterFamily::new(
                "tempo_distributor_ingress_bytes_total",
                "The total number of bytes received per tenant, before limits",
                ["tenant"],
            ),
            bytes_received: CounterFamily::new(
                "tempo_distributor_bytes_received_total",
                "The total number of proto bytes received per tenant, after limits",
                ["tenant"],
            ),
            spans_received: CounterFamily::new(
                "tempo_distributor_spans_received_total",
                "The total number of spans received per tenant",
                ["tenant"],
            ),
            traces_received: CounterFamily::new(
                "minitempo_traces_received_total",
                "Traces in all requests; a trace counts once for each request it has spans in.",
                ["tenant"],
            ),
            attributes_truncated: CounterFamily::new(
                "tempo_distributor_attributes_truncated_total",
                "The total number of attribute keys or values truncated per tenant and scope",
                ["scope", "tenant"],
            ),
            queries: CounterFamily::new(
                "tempo_query_frontend_queries_total",
                "Total queries received per tenant.",
                ["op", "result"],
            ),
            requests: HistogramFamily::new(
                "tempo_request_duration_seconds",
                "Time (in seconds) spent serving HTTP requests.",
                ["method", "route", "status_code"],
            ),
        }
    }
}

impl Metrics {
    /// Counts spans that were answered with OK, those dropped over a limit included, as Tempo does.
    pub(crate) fn accepted(&self, transport: Transport, spans: u64) {
        self.accepted.add([RECEIVER, transport.label()], spans);
        self.refused.add([RECEIVER, transport.label()], 0);
    }

    /// Counts spans that were answered with an error.
    pub(crate) fn refused(&self, transport: Transport, spans: u64) {
        self.refused.add([RECEIVER, transport.label()], spans);
        self.accepted.add([RECEIVER, transport.label()], 0);
    }

    /// Counts spans that are not stored.
    pub(crate) fn discarded(&self, tenant: &TenantId, reason: &str, spans: u64) {
        self.discarded.add([reason, tenant.as_str()], spans);
    }

    /// Counts bytes before any limit.
    pub(crate) fn ingress(&self, tenant: &TenantId, bytes: u64) {
        self.ingress_bytes.add([tenant.as_str()], bytes);
    }

    /// Counts what passed the rate limit.
    pub(crate) fn received(&self, tenant: &TenantId, bytes: u64, spans: u64, traces: usize) {
        self.bytes_received.add([tenant.as_str()], bytes);
        self.spans_received.add([tenant.as_str()], spans);
        self.traces_received.add([tenant.as_str()], traces as u64);
    }

    /// Counts attribute keys and values that were cut.
    pub(crate) fn attributes_truncated(&self, tenant: &TenantId, scope: &str, count: u64) {
        self.attributes_truncated
            .add([scope, tenant.as_str()], count);
    }

    /// Counts a query by operation (`traces`, `search`, `metadata`) and result.
    pub(crate) fn query(&self, operation: &str, result: &str) {
        self.queries.add([operation, result], 1);
    }

    /// Notes how long a request of the HTTP API took.
    pub(crate) fn request(&self, method: &str, route: &str, status: &str, took: Duration) {
        self.requests.observe([method, route, status], took);
    }

    pub(crate) fn expose(&self, exposition: &mut Exposition) {
        self.accepted.expose(exposition);
        self.refused.expose(exposition);
        self.discarded.expose(exposition);
        self.ingress_bytes.expose(exposition);
        self.bytes_received.expose(exposition);
        self.spans_received.expose(exposition);
        self.traces_received.expose(exposition);
        self.attributes_truncated.expose(exposition);
        self.queries.expose(exposition);
        self.requests.expose(exposition);
    }
}
