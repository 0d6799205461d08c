//! How the making of metrics goes, under the names of Tempo's metrics generator.

use super::exposition::Tenants;
use super::service_graph::ServiceGraph;
use super::settings::GeneratorSettings;
use super::tenant::Tenant;
use crate::metrics::{Exposition, Kind};

/// Name, help, kind and value of a family about a tenant.
type TenantFamily = (&'static str, &'static str, Kind, fn(&Tenant) -> u64);

pub(super) fn expose(settings: &GeneratorSettings, tenants: &Tenants, target: &mut Exposition) {
    registry(settings, tenants, target);
    if settings.service_graph.is_some() {
        service_graph(tenants, target);
    }
}

fn registry(settings: &GeneratorSettings, tenants: &Tenants, target: &mut Exposition) {
    let name = "tempo_metrics_generator_active_processors";
    target.family(name, "The active processors per tenant", Kind::Gauge);
    for tenant in tenants.keys() {
        for (processor, active) in [
            ("service-graphs", settings.service_graph.is_some()),
            ("span-metrics", settings.span_metrics.is_some()),
        ] {
            let labels = [("processor", processor), ("tenant", tenant.as_str())];
            target.sample(name, &labels, u8::from(active));
        }
    }
    let families: [TenantFamily; 7] = [
        (
            "tempo_metrics_generator_spans_received_total",
            "The total number of spans received per tenant",
            Kind::Counter,
            |tenant| tenant.spans_received,
        ),
        (
            "tempo_metrics_generator_bytes_received_total",
            "The total number of proto bytes received per tenant",
            Kind::Counter,
            |tenant| tenant.bytes_received,
        ),
        (
            "tempo_metrics_generator_registry_active_series",
            "The active series per tenant",
            Kind::Gauge,
            |tenant| tenant.budget.active,
        ),
        (
            "tempo_metrics_generator_registry_max_active_series",
            "The maximum active series per tenant",
            Kind::Gauge,
            |tenant| tenant.budget.max,
        ),
        (
            "tempo_metrics_generator_registry_series_added_total",
            "The total amount of series created per tenant",
            Kind::Counter,
            |tenant| tenant.budget.added,
        ),
        (
            "tempo_metrics_generator_registry_series_removed_total",
            "The total amount of series removed after they have become stale per tenant",
            Kind::Counter,
            |tenant| tenant.budget.removed,
        ),
        (
            "tempo_metrics_generator_registry_series_limited_total",
            "The total amount of series not created because of limits per tenant",
            Kind::Counter,
            |tenant| tenant.budget.limited,
        ),
    ];
    by_tenant(tenants, &families, target);
    let name = "tempo_metrics_generator_spans_discarded_total";
    target.family(
        name,
        "The total number of discarded spans received per tenant",
        Kind::Counter,
    );
    for (tenant, state) in tenants {
        let labels = [
            ("processor", "all"),
            ("reason", "outside_metrics_ingestion_slack"),
            ("tenant", tenant.as_str()),
        ];
        target.sample(name, &labels, state.spans_outside);
    }
}

fn service_graph(tenants: &Tenants, target: &mut Exposition) {
    let of = |tenant: &Tenant, count: fn(&ServiceGraph) -> u64| {
        tenant.service_graph.as_ref().map_or(0, count)
    };
    // Tempo's names, which lack the `_total` of a counter.
    for (name, help, count) in [
        (
            "tempo_metrics_generator_processor_service_graphs_edges",
            "Total number of unique edges",
            (|graph| graph.edges) as fn(&ServiceGraph) -> u64,
        ),
        (
            "tempo_metrics_generator_processor_service_graphs_expired_edges",
            "Number of edges that expired before finding its matching span",
            |graph| graph.expired,
        ),
        (
            "tempo_metrics_generator_processor_service_graphs_dropped_spans",
            "Number of spans dropped when trying to add edges",
            |graph| graph.dropped,
        ),
    ] {
        target.family(name, help, Kind::Counter);
        for (tenant, state) in tenants {
            target.sample(name, &[("tenant", tenant.as_str())], of(state, count));
        }
    }
}

fn by_tenant(tenants: &Tenants, families: &[TenantFamily], target: &mut Exposition) {
    for (name, help, kind, value) in families {
        target.family(name, help, *kind);
        for (tenant, state) in tenants {
            target.sample(name, &[("tenant", tenant.as_str())], value(state));
        }
    }
}
