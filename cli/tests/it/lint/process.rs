//! What files say of a service's process is judged as a running container's would be, at its place.

use super::{TEMPO, WITH_TEMPO, folder, lint, places, shown};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT: http://tempo:4318";

#[test]
fn a_grace_that_is_shorter_than_spans_wait_is_found_in_the_file() {
    let compose = format!(
        "services:\n  web:\n    image: shop/web:1\n    stop_grace_period: 2s\n    environment: {{{ENDPOINT}}}\n{WITH_TEMPO}"
    );
    let root = folder(&[("compose.yml", &compose), ("tempo.yaml", TEMPO)]);
    let output = lint(&root, &["-o", "json"]);
    assert_eq!(
        places(&output),
        ["PT0127 compose.yml:4:24"],
        "{}",
        shown(&output)
    );
}

#[test]
fn a_health_check_by_a_tool_that_tempo_s_image_lacks_is_found_in_the_file() {
    let with_check = WITH_TEMPO.replace(
        "    volumes:\n",
        "    healthcheck:\n      test: [CMD-SHELL, wget -q localhost:3200/ready]\n    volumes:\n",
    );
    let compose = format!(
        "services:\n  web:\n    image: shop/web:1\n    environment: {{{ENDPOINT}}}\n{with_check}"
    );
    let root = folder(&[("compose.yml", &compose), ("tempo.yaml", TEMPO)]);
    let output = lint(&root, &["-o", "json"]);
    let found = places(&output);
    assert!(
        found.contains(&"PT0121 compose.yml:9:13".to_owned()),
        "{}",
        shown(&output)
    );
}

#[test]
fn a_name_that_a_link_gives_is_no_unknown_name() {
    let compose = format!(
        "services:\n  web:\n    image: shop/web:1\n    links: ['tempo:traces']\n    environment: {{OTEL_EXPORTER_OTLP_ENDPOINT: 'http://traces:4318', OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf}}\n{WITH_TEMPO}"
    );
    let root = folder(&[("compose.yml", &compose), ("tempo.yaml", TEMPO)]);
    let output = lint(&root, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
}
