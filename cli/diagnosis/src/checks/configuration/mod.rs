//! Area 03: configuration and environment of the services.

pub(crate) mod agent_hook_missing;
pub(crate) mod bsp_limits_inconsistent;
pub(crate) mod compression_invalid;
pub(crate) mod endpoint_legacy_port;
pub(crate) mod endpoint_localhost;
pub(crate) mod endpoint_malformed;
pub(crate) mod endpoint_on_another_network;
pub(crate) mod endpoint_overridden;
pub(crate) mod endpoint_path_doubled;
pub(crate) mod endpoint_path_missing;
pub(crate) mod endpoint_plaintext_to_tls;
pub(crate) mod endpoint_port_not_served;
pub(crate) mod endpoint_protocol_mismatch;
pub(crate) mod endpoint_published_port;
pub(crate) mod endpoint_query_port;
pub(crate) mod endpoint_scheme_missing;
pub(crate) mod endpoint_target_not_running;
pub(crate) mod endpoint_tls_to_plaintext;
pub(crate) mod endpoint_unknown_host;
pub(crate) mod exporter_none;
pub(crate) mod exporter_unknown;
pub(crate) mod forks_before_export;
pub(crate) mod headers_malformed;
pub(crate) mod host_docker_internal_unmapped;
pub(crate) mod propagator_unknown;
pub(crate) mod propagators_differ;
pub(crate) mod protocol_by_default;
pub(crate) mod protocol_invalid;
pub(crate) mod proxy_without_exception;
pub(crate) mod resource_attributes_malformed;
pub(crate) mod sampler_invalid;
pub(crate) mod sampler_off;
pub(crate) mod sdk_disabled;
pub(crate) mod service_name_missing;
pub(crate) mod service_name_shared;
pub(crate) mod timeout_unit;
pub(crate) mod value_in_quotes;
pub(crate) mod variable_misspelled;

pub(in crate::checks) mod aim;
mod port;
mod port_report;
mod propagators;
mod receiving;
mod request_path;
mod sampler;
mod spelling;
mod value;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &endpoint_malformed::CHECK,
    &endpoint_localhost::CHECK,
    &endpoint_unknown_host::CHECK,
    &endpoint_on_another_network::CHECK,
    &endpoint_port_not_served::CHECK,
    &endpoint_protocol_mismatch::CHECK,
    &endpoint_target_not_running::CHECK,
    &endpoint_path_doubled::CHECK,
    &endpoint_path_missing::CHECK,
    &endpoint_scheme_missing::CHECK,
    &endpoint_tls_to_plaintext::CHECK,
    &endpoint_plaintext_to_tls::CHECK,
    &endpoint_query_port::CHECK,
    &endpoint_published_port::CHECK,
    &endpoint_legacy_port::CHECK,
    &host_docker_internal_unmapped::CHECK,
    &proxy_without_exception::CHECK,
    &sdk_disabled::CHECK,
    &exporter_none::CHECK,
    &exporter_unknown::CHECK,
    &protocol_invalid::CHECK,
    &sampler_off::CHECK,
    &sampler_invalid::CHECK,
    &timeout_unit::CHECK,
    &headers_malformed::CHECK,
    &resource_attributes_malformed::CHECK,
    &propagator_unknown::CHECK,
    &service_name_missing::CHECK,
    &service_name_shared::CHECK,
    &agent_hook_missing::CHECK,
    &value_in_quotes::CHECK,
    &endpoint_overridden::CHECK,
    &forks_before_export::CHECK,
    &protocol_by_default::CHECK,
    &variable_misspelled::CHECK,
    &propagators_differ::CHECK,
    &compression_invalid::CHECK,
    &bsp_limits_inconsistent::CHECK,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{diagnose, export::known_variables, fixtures, policy::Policy};

    /// Names that the checks of this area read, and one that nobody does.
    fn names() -> impl Strategy<Value = String> {
        let others = [
            "TEMPO_ENDPOINT",
            "JAVA_TOOL_OPTIONS",
            "NODE_OPTIONS",
            "PYTHONPATH",
            "PYTHON_VERSION",
            "NODE_VERSION",
            "JAVA_VERSION",
            "HTTP_PROXY",
            "http_proxy",
            "NO_PROXY",
            "no_proxy",
            "OTEL_EXPORTER_OTLP_ENDPONT",
            "NOBODYS",
        ];
        let names: Vec<String> = known_variables::all()
            .into_iter()
            .chain(others)
            .map(str::to_owned)
            .collect();
        proptest::sample::select(names)
    }

    /// Values: of any form, and those that checks look into.
    fn values() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[a-z0-9:/.,=%\"' -]{0,40}",
            "(https?://)?[a-z.]{0,8}(:[0-9]{0,6})?(/[a-z0-9/]{0,12})?",
            "[-+]?[0-9.eE]{0,12}(ms|s|m)?",
            "-javaagent:/[a-z0-9.-]{0,30}(opentelemetry)?[a-z0-9.-]{0,10}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_environment_makes_a_check_panic(
            variables in proptest::collection::vec((names(), values()), 0..12),
            command in proptest::collection::vec(values(), 0..4),
        ) {
            let mut snapshot = fixtures::healthy();
            snapshot.speak("python app.py", "http://tempo:4318", "");
            let scraper = snapshot.service_mut("scraper");
            scraper.command.extend(command);
            for (name, value) in variables {
                snapshot.add_variable("scraper", &name, &value);
            }
            let diagnosis = diagnose(&snapshot, &Policy::default());
            prop_assert!(diagnosis.findings().all(|finding| !finding.evidence.is_empty()));
        }
    }
}
