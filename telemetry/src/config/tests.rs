//! The configuration, read from tables instead of the environment.

use std::time::Duration;

use super::*;

fn read(variables: &[(&'static str, &str)]) -> Result<Config, MalformedValue> {
    let find = |name: &str| {
        variables
            .iter()
            .find(|(variable, _)| *variable == name)
            .map(|(_, value)| (*value).into())
    };
    Config::read("docutag-controller", &Lookup::new(&find))
}

fn tracing(variables: &[(&'static str, &str)]) -> Tracing {
    match read(variables) {
        Ok(Config::Enabled(tracing)) => *tracing,
        other => panic!("{variables:?} gave {other:?}"),
    }
}

fn otlp(variables: &[(&'static str, &str)]) -> Otlp {
    match tracing(variables).exporter {
        Exporter::Otlp(otlp) => *otlp,
        Exporter::None => panic!("{variables:?} exports nothing"),
    }
}

fn notes(variables: &[(&'static str, &str)]) -> Vec<String> {
    tracing(variables)
        .notes
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// What is sent where: source, protocol, URL, and what the log shows.
fn destination(variables: &[(&'static str, &str)]) -> [String; 4] {
    let endpoint = otlp(variables).endpoint;
    [
        endpoint.source().to_string(),
        endpoint.protocol().to_string(),
        endpoint.url().to_string(),
        endpoint.to_string(),
    ]
}

#[test]
fn without_variables_everything_goes_to_tempo_by_grpc() {
    assert_eq!(
        destination(&[]),
        ["default", "grpc", "http://tempo:4317/", "tempo:4317"]
    );
    let tracing = tracing(&[]);
    assert_eq!(tracing.sampler_name, "parentbased_always_on");
    assert!(tracing.notes.is_empty());
    let otlp = otlp(&[]);
    assert_eq!(otlp.timeout, Duration::from_secs(10));
    assert_eq!(otlp.compression, Compression::None);
    assert_eq!(otlp.batch, BatchSettings::default());
    assert_eq!(otlp.batch.queue, 2048);
    assert_eq!(otlp.batch.batch, 512);
    assert_eq!(otlp.batch.delay, Duration::from_secs(5));
}

#[test]
fn the_endpoint_for_traces_goes_before_tempos_and_that_before_the_general_one() {
    let all = [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4317"),
        ("TEMPO_ENDPOINT", "mytempo:4317"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://general:4317"),
    ];
    assert_eq!(destination(&all)[3], "http://traces:4317");
    assert_eq!(destination(&all[1..])[3], "mytempo:4317");
    assert_eq!(destination(&all[2..])[3], "http://general:4317");
    assert_eq!(destination(&all[1..])[0], "TEMPO_ENDPOINT");
}

#[test]
fn an_empty_variable_is_an_unset_one() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", " "),
        ("TEMPO_ENDPOINT", ""),
    ];
    assert_eq!(destination(&variables)[0], "default");
}

#[test]
fn the_path_for_traces_is_appended_to_the_general_endpoint_alone() {
    let http = ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    for (variable, value, url) in [
        (GENERAL, "http://tempo:4318", "http://tempo:4318/v1/traces"),
        (GENERAL, "http://tempo:4318/", "http://tempo:4318/v1/traces"),
        (GENERAL, "https://gw/otlp/", "https://gw/otlp/v1/traces"),
        (
            TRACES,
            "http://tempo:4318/v1/traces",
            "http://tempo:4318/v1/traces",
        ),
        (TRACES, "http://tempo:4318", "http://tempo:4318/"),
    ] {
        assert_eq!(destination(&[http, (variable, value)])[2], url, "{value}");
    }
}

const GENERAL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

#[test]
fn an_unset_protocol_follows_the_port() {
    for (value, protocol) in [
        ("http://tempo:4317", "grpc"),
        ("http://tempo:4318", "http/protobuf"),
        ("https://tempo.example.com", "grpc"),
    ] {
        assert_eq!(destination(&[(GENERAL, value)])[1], protocol, "{value}");
    }
}

#[test]
fn a_protocol_for_traces_goes_before_the_general_one() {
    let variables = [
        (GENERAL, "http://tempo:1"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
    ];
    assert_eq!(destination(&variables)[1], "http/protobuf");
}

#[test]
fn tempos_endpoint_always_speaks_grpc_and_says_so() {
    let variables = [
        ("TEMPO_ENDPOINT", "tempo:4318"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
    ];
    assert_eq!(destination(&variables)[1], "grpc");
    assert_eq!(
        notes(&variables),
        [
            "OTEL_EXPORTER_OTLP_PROTOCOL is ignored: the endpoint is that of TEMPO_ENDPOINT, which speaks gRPC"
        ]
    );
}

#[test]
fn tempos_endpoint_may_be_an_address() {
    for (value, url) in [
        ("127.0.0.1:4317", "http://127.0.0.1:4317/"),
        ("[::1]:4317", "http://[::1]:4317/"),
        ("tempo.example.com:80", "http://tempo.example.com/"),
    ] {
        assert_eq!(destination(&[("TEMPO_ENDPOINT", value)])[2], url);
    }
}

#[test]
fn a_path_on_a_grpc_endpoint_is_left_out_and_says_so() {
    let variables = [(GENERAL, "http://tempo:4317/v1/traces")];
    assert_eq!(destination(&variables)[2], "http://tempo:4317/");
    assert_eq!(
        notes(&variables),
        ["the path in OTEL_EXPORTER_OTLP_ENDPOINT is ignored: gRPC has its own"]
    );
}

#[test]
fn credentials_in_an_endpoint_are_not_shown() {
    let variables = [(GENERAL, "http://me:secret@tempo:4318")];
    assert_eq!(destination(&variables)[3], "http://tempo:4318/v1/traces");
    let error = read(&[("TEMPO_ENDPOINT", "me:secret@tempo")]).expect_err("malformed");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn what_is_malformed_is_named_with_its_value_and_the_form_expected() {
    const HOST_PORT: &str = "`host:port` without a scheme, such as `tempo:4317`";
    const URL: &str = "a URL with a scheme, such as `http://tempo:4317`";
    const MILLISECONDS: &str = "a whole number of milliseconds above 0, such as `5000`";
    const COUNT: &str = "a whole number above 0, such as `512`";
    const RATIO: &str = "a number from 0 to 1, such as `0.25`";
    const TARGET: &str = "a number of traces per second above 0, such as `10`";
    for (variable, value, expected) in [
        ("TEMPO_ENDPOINT", "tempo", HOST_PORT),
        ("TEMPO_ENDPOINT", "tempo:", HOST_PORT),
        ("TEMPO_ENDPOINT", ":4317", HOST_PORT),
        ("TEMPO_ENDPOINT", "tempo:0", HOST_PORT),
        ("TEMPO_ENDPOINT", "tempo:+1", HOST_PORT),
        ("TEMPO_ENDPOINT", "tempo:70000", HOST_PORT),
        ("TEMPO_ENDPOINT", "tempo:4317/v1/traces", HOST_PORT),
        ("TEMPO_ENDPOINT", "http://tempo:4317", HOST_PORT),
        ("TEMPO_ENDPOINT", "\"tempo:4317\"", HOST_PORT),
        ("TEMPO_ENDPOINT", "my tempo:4317", HOST_PORT),
        (GENERAL, "tempo:4317", URL),
        (GENERAL, "//tempo:4317", URL),
        (GENERAL, "grpc://tempo:4317", URL),
        (GENERAL, "http://", URL),
        (GENERAL, "\"http://tempo:4317\"", URL),
        (TRACES, "http://tempo:port", URL),
        (
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "http/json",
            "`grpc` or `http/protobuf`",
        ),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", MILLISECONDS),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "0", MILLISECONDS),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "`gzip` or `none`"),
        ("OTEL_BSP_SCHEDULE_DELAY", "-1", MILLISECONDS),
        (
            "TEMPO_RETRY_BUFFER_BYTES",
            "64MiB",
            "a whole number of bytes above 0, such as `67108864`",
        ),
        ("OTEL_BSP_EXPORT_TIMEOUT", "1.5", MILLISECONDS),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "many", COUNT),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0", COUNT),
        (
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
            "4096",
            "no more than OTEL_BSP_MAX_QUEUE_SIZE, which is 2048",
        ),
        ("OTEL_TRACES_EXPORTER", "oltp", "`otlp` or `none`"),
        ("OTEL_SDK_DISABLED", "yes", "`true` or `false`"),
        (
            "OTEL_TRACES_SAMPLER",
            "sometimes",
            "one of `always_on`, `always_off`, `traceidratio`, `adaptive`, \
             `parentbased_always_on`, `parentbased_always_off`, `parentbased_traceidratio`, \
             `parentbased_adaptive`",
        ),
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "team",
            "a list such as `name=value,other=value`, with percent-encoded values",
        ),
    ] {
        let error = read(&[(variable, value)]).expect_err(value);
        assert_eq!(
            error.to_string(),
            format!("{variable} is `{value}`: expected {expected}")
        );
        assert_eq!(error.variable(), variable);
    }
    for value in ["1.5", "-0.1", "half", "NaN"] {
        let variables = [
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", value),
        ];
        assert_eq!(
            read(&variables).expect_err(value).to_string(),
            format!("OTEL_TRACES_SAMPLER_ARG is `{value}`: expected {RATIO}")
        );
    }
    for value in ["0", "-1", "10/s", "NaN", "inf"] {
        let variables = [
            ("OTEL_TRACES_SAMPLER", "parentbased_adaptive"),
            ("OTEL_TRACES_SAMPLER_ARG", value),
        ];
        assert_eq!(
            read(&variables).expect_err(value).to_string(),
            format!("OTEL_TRACES_SAMPLER_ARG is `{value}`: expected {TARGET}")
        );
    }
}

#[test]
fn a_variable_that_is_not_utf8_is_malformed() {
    use std::os::unix::ffi::OsStringExt as _;
    let find = |name: &str| {
        (name == "TEMPO_ENDPOINT").then(|| std::ffi::OsString::from_vec(b"temp\xff:1".to_vec()))
    };
    let error = Config::read("x", &Lookup::new(&find)).expect_err("malformed");
    assert!(
        error.to_string().ends_with("expected UTF-8 text"),
        "{error}"
    );
}

#[test]
fn a_malformed_header_does_not_show_its_value() {
    for value in [
        "authorization",
        "authorization=s%zzecret",
        "au thor=secret",
        "a=secret%0A",
    ] {
        let error = read(&[("OTEL_EXPORTER_OTLP_HEADERS", value)]).expect_err(value);
        let text = error.to_string();
        assert!(
            text.starts_with("OTEL_EXPORTER_OTLP_HEADERS is `(not shown)`"),
            "{text}"
        );
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn headers_for_traces_replace_the_general_ones_and_are_never_debugged() {
    let otlp = otlp(&[
        (
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
            "authorization=Bearer%20secret",
        ),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-scope-orgid=one"),
    ]);
    assert_eq!(otlp.headers.as_map().len(), 1);
    assert_eq!(otlp.headers.as_map()["authorization"], "Bearer secret");
    assert!(!format!("{otlp:?}").contains("secret"));
}

#[test]
fn times_are_milliseconds_and_those_for_traces_go_first() {
    let otlp = otlp(&[
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1500"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "9000"),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "700"),
    ]);
    assert_eq!(otlp.timeout, Duration::from_millis(1500));
    assert_eq!(otlp.batch.delay, Duration::from_millis(200));
    assert_eq!(otlp.batch.export_timeout, Duration::from_millis(700));
}

#[test]
fn the_retry_buffer_holds_64_mib_unless_told_otherwise() {
    assert_eq!(otlp(&[]).retry_buffer, 67_108_864);
    let told = otlp(&[("TEMPO_RETRY_BUFFER_BYTES", "1000000")]);
    assert_eq!(told.retry_buffer, 1_000_000);
}

#[test]
fn a_batch_follows_a_queue_that_is_smaller() {
    assert_eq!(otlp(&[("OTEL_BSP_MAX_QUEUE_SIZE", "64")]).batch.batch, 64);
}

#[test]
fn samplers_are_those_of_the_specification() {
    for (variables, description) in [
        (vec![("OTEL_TRACES_SAMPLER", "always_on")], "AlwaysOn"),
        (vec![("OTEL_TRACES_SAMPLER", "always_off")], "AlwaysOff"),
        (
            vec![
                ("OTEL_TRACES_SAMPLER", "traceidratio"),
                ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
            ],
            "TraceIdRatioBased(0.25)",
        ),
        (
            vec![("OTEL_TRACES_SAMPLER", "traceidratio")],
            "TraceIdRatioBased(1.0)",
        ),
        (
            vec![("OTEL_TRACES_SAMPLER", "parentbased_always_off")],
            "ParentBased(AlwaysOff)",
        ),
        (
            vec![
                ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
                ("OTEL_TRACES_SAMPLER_ARG", "0"),
            ],
            "ParentBased(TraceIdRatioBased(0.0))",
        ),
        (vec![], "ParentBased(AlwaysOn)"),
    ] {
        assert_eq!(format!("{:?}", tracing(&variables).sampler), description);
    }
}

#[test]
fn an_adaptive_sampler_is_named_with_its_target() {
    for (name, argument, described) in [
        ("adaptive", Some("2.5"), "adaptive 2.5"),
        (
            "parentbased_adaptive",
            Some("50"),
            "parentbased_adaptive 50",
        ),
        ("parentbased_adaptive", None, "parentbased_adaptive 10"),
    ] {
        let mut variables = vec![("OTEL_TRACES_SAMPLER", name)];
        variables.extend(argument.map(|argument| ("OTEL_TRACES_SAMPLER_ARG", argument)));
        let tracing = tracing(&variables);
        assert_eq!(tracing.sampler_name, described);
        let sampler = format!("{:?}", tracing.sampler);
        assert!(sampler.starts_with("AdaptiveSampler"), "{sampler}");
    }
}

#[test]
fn resource_attributes_add_to_the_resource_but_never_rename_the_service() {
    let resource = tracing(&[
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=test%20lab,service.name=other,service.instance.id=one",
        ),
        ("HOSTNAME", "9f1c"),
    ])
    .resource;
    let value = |name: &str| {
        let found: Vec<_> = resource
            .iter()
            .filter(|attribute| attribute.key.as_str() == name)
            .map(|attribute| attribute.value.to_string())
            .collect();
        found.join(" and ")
    };
    assert_eq!(value("service.name"), "docutag-controller");
    assert_eq!(value("deployment.environment.name"), "test lab");
    assert_eq!(value("service.instance.id"), "one");
    assert_eq!(value("host.name"), "9f1c");
    assert_eq!(value("telemetry.sdk.language"), "rust");
}

#[test]
fn another_service_name_is_noted() {
    assert_eq!(
        notes(&[("OTEL_SERVICE_NAME", "other")]),
        ["OTEL_SERVICE_NAME is ignored: this service is always named `docutag-controller`"]
    );
    assert!(notes(&[("OTEL_SERVICE_NAME", "docutag-controller")]).is_empty());
}

#[test]
fn a_certificate_without_encryption_is_noted() {
    let variables = [("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem")];
    assert_eq!(otlp(&variables).certificate, None);
    assert_eq!(
        notes(&variables),
        ["OTEL_EXPORTER_OTLP_CERTIFICATE is ignored: tempo:4317 is not encrypted"]
    );
}

#[test]
fn a_disabled_sdk_looks_at_nothing_else() {
    let variables = [
        ("OTEL_SDK_DISABLED", "TRUE"),
        ("TEMPO_ENDPOINT", "nonsense"),
    ];
    assert!(matches!(read(&variables), Ok(Config::Disabled)));
}

#[test]
fn without_an_exporter_no_endpoint_is_looked_at() {
    let variables = [
        ("OTEL_TRACES_EXPORTER", "none"),
        ("TEMPO_ENDPOINT", "nonsense"),
    ];
    assert!(matches!(tracing(&variables).exporter, Exporter::None));
}
