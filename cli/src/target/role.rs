//! What a container is to tracing, by its label, its image's name or its program.

use ptctl_diagnosis::snapshot::Role;

/// The label by which anybody can say what a container is.
pub const ROLE_LABEL: &str = "dev.ptctl.role";

/// The role of a container.
///
/// The label decides; then the last part of the image's name, unless the container runs one of the small tools with
/// which a job prepares that image's volume; then the program that runs, for an image that was built under another name.
pub fn role_of(image: &str, command: &[String], role_label: Option<&str>) -> Role {
    role_label
        .and_then(by_label)
        .or_else(|| by_image(image).filter(|_| !runs_a_tool(command)))
        .or_else(|| command.first().and_then(|program| by_program(program)))
        .or_else(|| runs_our_backend(command).then_some(Role::Tempo))
        .unwrap_or(Role::Service)
}

/// Whether the command is a shell or a file tool, such as `chown 10001:10001 /var/tempo` in Tempo's own image.
fn runs_a_tool(command: &[String]) -> bool {
    const TOOLS: [&str; 8] = [
        "sh", "bash", "ash", "busybox", "chown", "chmod", "mkdir", "cp",
    ];
    let program = command
        .first()
        .and_then(|program| program.rsplit('/').next());
    // A shell that ends in starting the program itself is that program.
    let starts_it = command
        .iter()
        .skip(1)
        .any(|word| word.contains("config.file"));
    program.is_some_and(|program| TOOLS.contains(&program)) && !starts_it
}

/// Whether the command is `ptctl backend`, which stands in for a Tempo.
fn runs_our_backend(command: &[String]) -> bool {
    let mut words = command.iter().map(String::as_str);
    let program = words.next().and_then(|program| program.rsplit('/').next());
    program == Some("ptctl") && words.next() == Some("backend")
}

fn by_label(label: &str) -> Option<Role> {
    match label {
        "tempo" => Some(Role::Tempo),
        "collector" => Some(Role::Collector),
        "grafana" => Some(Role::Grafana),
        "loki" => Some(Role::Loki),
        "prometheus" => Some(Role::Prometheus),
        "service" => Some(Role::Service),
        _ => None,
    }
}

fn by_image(image: &str) -> Option<Role> {
    let without_digest = image.split('@').next().unwrap_or(image);
    let mut parts = without_digest.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let name = name.split(':').next().unwrap_or(name);
    let owner = parts.next().unwrap_or_default();
    match name {
        "tempo" | "minitempo" => Some(Role::Tempo),
        "alloy" => Some(Role::Collector),
        // A name that others use as well.
        "agent" if owner == "grafana" => Some(Role::Collector),
        "grafana" | "grafana-enterprise" | "grafana-oss" => Some(Role::Grafana),
        "loki" => Some(Role::Loki),
        "prometheus" => Some(Role::Prometheus),
        _ if name.starts_with("opentelemetry-collector") || name.starts_with("otelcol") => {
            Some(Role::Collector)
        }
        _ => None,
    }
}

fn by_program(program: &str) -> Option<Role> {
    match program.rsplit('/').next().unwrap_or(program) {
        "tempo" | "minitempo" => Some(Role::Tempo),
        "alloy" | "grafana-agent" => Some(Role::Collector),
        "loki" => Some(Role::Loki),
        "prometheus" => Some(Role::Prometheus),
        name if name.starts_with("otelcol") => Some(Role::Collector),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_prepares_tempos_volume_is_no_tempo() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let chown = words("chown 10001:10001 /var/tempo");
        assert_eq!(role_of("grafana/tempo:3.0.3", &chown, None), Role::Service);
        let through_a_shell = words("sh -c /tempo -config.file=/etc/tempo.yaml");
        assert_eq!(
            role_of("grafana/tempo:2.4.0", &through_a_shell, None),
            Role::Tempo
        );
        assert_eq!(role_of("grafana/tempo:3.0.3", &[], None), Role::Tempo);
    }

    #[test]
    fn this_program_is_a_tempo_where_it_runs_as_the_backend() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let backend = words("/ptctl backend -- -config.file=/etc/tempo.yaml");
        assert_eq!(role_of("ptctl:dev", &backend, None), Role::Tempo);
        let doctor = words("/ptctl doctor");
        assert_eq!(role_of("ptctl:dev", &doctor, None), Role::Service);
    }

    #[test]
    fn a_role_is_told_by_label_then_image_then_program() {
        let table = [
            ("grafana/tempo:3.0.3", "/tempo", None, Role::Tempo),
            (
                "registry.example:5000/mirror/tempo@sha256:00",
                "/tempo",
                None,
                Role::Tempo,
            ),
            ("shop-trace-store", "/tempo", None, Role::Tempo),
            (
                "grafana/tempo-query:2.0",
                "/go/bin/query-linux",
                None,
                Role::Service,
            ),
            (
                "otel/opentelemetry-collector-contrib:0.140.0",
                "/otelcol-contrib",
                None,
                Role::Collector,
            ),
            ("grafana/alloy", "/bin/alloy", None, Role::Collector),
            (
                "grafana/agent:v0.40",
                "/bin/grafana-agent",
                None,
                Role::Collector,
            ),
            ("datadog/agent:7", "/bin/entrypoint.sh", None, Role::Service),
            ("grafana/grafana-enterprise", "/run.sh", None, Role::Grafana),
            ("grafana/loki:3", "/usr/bin/loki", None, Role::Loki),
            ("prom/prometheus", "/bin/prometheus", None, Role::Prometheus),
            ("postgres:17", "docker-entrypoint.sh", None, Role::Service),
            ("ours:1", "/start", Some("collector"), Role::Collector),
            (
                "grafana/tempo:3.0.3",
                "/tempo",
                Some("service"),
                Role::Service,
            ),
            (
                "grafana/tempo:3.0.3",
                "/tempo",
                Some("nonsense"),
                Role::Tempo,
            ),
        ];
        for (image, program, label, role) in table {
            assert_eq!(
                role_of(image, &[program.to_owned()], label),
                role,
                "{image} {label:?}"
            );
        }
    }
}
