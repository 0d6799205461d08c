//! The names of the variables that OpenTelemetry's SDKs read.
//!
//! The specification's own names are listed one by one; of the names of single SDKs and agents only the families.

use std::sync::LazyLock;

/// Names of the specification (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>) that
/// are not made from parts.
const SINGLE: [&str; 45] = [
    "OTEL_SDK_DISABLED",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_SERVICE_NAME",
    "OTEL_LOG_LEVEL",
    "OTEL_PROPAGATORS",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_BLRP_SCHEDULE_DELAY",
    "OTEL_BLRP_EXPORT_TIMEOUT",
    "OTEL_BLRP_MAX_QUEUE_SIZE",
    "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_EXPORTER_ZIPKIN_ENDPOINT",
    "OTEL_EXPORTER_ZIPKIN_TIMEOUT",
    "OTEL_EXPORTER_PROMETHEUS_HOST",
    "OTEL_EXPORTER_PROMETHEUS_PORT",
    "OTEL_EXPORTER_JAEGER_ENDPOINT",
    "OTEL_EXPORTER_JAEGER_TIMEOUT",
    "OTEL_EXPORTER_JAEGER_AGENT_HOST",
    "OTEL_EXPORTER_JAEGER_AGENT_PORT",
    "OTEL_EXPORTER_JAEGER_PROTOCOL",
    "OTEL_TRACES_EXPORTER",
    "OTEL_METRICS_EXPORTER",
    "OTEL_LOGS_EXPORTER",
    "OTEL_METRICS_EXEMPLAR_FILTER",
    "OTEL_METRIC_EXPORT_INTERVAL",
    "OTEL_METRIC_EXPORT_TIMEOUT",
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
    "OTEL_CONFIG_FILE",
    "OTEL_EXPERIMENTAL_CONFIG_FILE",
    "OTEL_ENTITIES",
];
/// The signals that have an exporter of their own; empty for the general variable.
const SIGNALS: [&str; 5] = ["", "TRACES_", "METRICS_", "LOGS_", "PROFILES_"];
/// What is set for each signal.
const SETTINGS: [&str; 9] = [
    "ENDPOINT",
    "INSECURE",
    "CERTIFICATE",
    "CLIENT_KEY",
    "CLIENT_CERTIFICATE",
    "HEADERS",
    "COMPRESSION",
    "TIMEOUT",
    "PROTOCOL",
];
/// Beginnings of the names that single SDKs, agents and their vendors read.
const FAMILIES: [&str; 26] = [
    "OTEL_INSTRUMENTATION_",
    "OTEL_JAVAAGENT_",
    "OTEL_JAVA_",
    "OTEL_JMX_",
    "OTEL_SPRING_",
    "OTEL_DOTNET_",
    "OTEL_PYTHON_",
    "OTEL_PHP_",
    "OTEL_NODE_",
    "OTEL_RUBY_",
    "OTEL_GO_",
    "OTEL_RUST_",
    "OTEL_CPP_",
    "OTEL_EXPERIMENTAL_",
    "OTEL_SEMCONV_",
    "OTEL_RESOURCE_PROVIDERS_",
    "OTEL_EXPORTER_GCP_",
    "OTEL_AWS_",
    "OTEL_GCP_",
    "OTEL_AZURE_",
    "OTEL_EBPF_",
    "OTEL_INJECTOR_",
    "OTEL_OPERATOR_",
    "OTEL_COLLECTOR_",
    "OTEL_BAGGAGE_",
    "OTEL_LOGGING_",
];

static ALL: LazyLock<Vec<String>> = LazyLock::new(|| {
    let exporters = SIGNALS.iter().flat_map(|signal| {
        SETTINGS
            .iter()
            .map(move |setting| format!("OTEL_EXPORTER_OTLP_{signal}{setting}"))
    });
    SINGLE
        .into_iter()
        .map(str::to_owned)
        .chain(exporters)
        .collect()
});

/// Every name of the specification.
pub fn all() -> Vec<&'static str> {
    ALL.iter().map(String::as_str).collect()
}

/// Whether a name that is none of the specification's is of a family of which nobody here knows the members.
pub fn is_of_a_family(name: &str) -> bool {
    FAMILIES.iter().any(|family| name.starts_with(family)) && ALL.iter().all(|known| known != name)
}
