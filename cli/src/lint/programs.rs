//! The backends, collectors and pages of a project, as far as the files that they mount describe them.

use futures_util::future::join_all;
use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    snapshot::{Collector, CollectorFlavour, Container, Grafana, Loki, Prometheus, Role, Tempo},
    subject::Subject,
};

use super::nothing_runs;
use crate::probe::{collector, file::Files, grafana, prometheus, tempo::configuration};

fn of_role(containers: &[Container], role: Role) -> impl Iterator<Item = &Container> {
    containers
        .iter()
        .filter(move |container| container.role == role)
}

fn observed<T>(probe: Probe, subject: &Subject, read: Result<T, String>) -> Observed<T> {
    read.map_err(|reason| Gap::new(probe, subject.clone(), reason))
        .into()
}

pub(super) async fn tempos(containers: &[Container]) -> Vec<Tempo> {
    let tempo = |container| async move {
        let name = Container::display_name(container).to_owned();
        let subject = Subject::Tempo(name.clone());
        let file = configuration::from_container(Files::Disk, container).await;
        let document = file
            .as_ref()
            .map_err(String::clone)
            .and_then(|file| file.document.clone());
        Tempo {
            name,
            container: Some(container.id.clone()),
            reached: nothing_runs(Probe::TempoAddress, &subject),
            ready: nothing_runs(Probe::TempoReady, &subject),
            version: nothing_runs(Probe::TempoVersion, &subject),
            config: observed(Probe::TempoConfig, &subject, file.map(|file| file.config)),
            file: observed(Probe::TempoConfig, &subject, document),
            metrics: nothing_runs(Probe::TempoMetrics, &subject),
            services: nothing_runs(Probe::TempoSearch, &subject),
            sightings: nothing_runs(Probe::TempoSearch, &subject),
            sample: None,
            logged: None,
            oldest_trace: nothing_runs(Probe::TempoSearch, &subject),
            query: nothing_runs(Probe::TempoSearch, &subject),
            volume: nothing_runs(Probe::Volume, &subject),
            stored: None,
        }
    };
    join_all(of_role(containers, Role::Tempo).map(tempo)).await
}

pub(super) async fn collectors(containers: &[Container]) -> Vec<Collector> {
    let collector = |container| async move {
        let subject = Subject::Collector(Container::display_name(container).to_owned());
        let flavour = CollectorFlavour::of(container);
        let config = collector::config(Files::Disk, container, flavour).await;
        Collector {
            container: container.id.clone(),
            flavour,
            config: observed(Probe::CollectorConfig, &subject, config),
            reached: nothing_runs(Probe::CollectorMetrics, &subject),
            ready: nothing_runs(Probe::CollectorMetrics, &subject),
            metrics: nothing_runs(Probe::CollectorMetrics, &subject),
        }
    };
    join_all(of_role(containers, Role::Collector).map(collector)).await
}

pub(super) async fn grafanas(containers: &[Container]) -> Vec<Grafana> {
    let grafana = |container| async move {
        let subject = Subject::Grafana(Container::display_name(container).to_owned());
        let provisioned = grafana::provisioned(Files::Disk, container).await;
        Grafana {
            container: container.id.clone(),
            reached: nothing_runs(Probe::Grafana, &subject),
            ready: nothing_runs(Probe::Grafana, &subject),
            version: nothing_runs(Probe::Grafana, &subject),
            data_sources: nothing_runs(Probe::Grafana, &subject),
            provisioned: observed(Probe::GrafanaProvisioning, &subject, provisioned),
        }
    };
    join_all(of_role(containers, Role::Grafana).map(grafana)).await
}

pub(super) fn lokis(containers: &[Container]) -> Vec<Loki> {
    let loki = |container: &Container| {
        let subject = Subject::Loki(container.display_name().to_owned());
        Loki {
            container: container.id.clone(),
            reached: nothing_runs(Probe::Loki, &subject),
            ready: nothing_runs(Probe::Loki, &subject),
            labels: nothing_runs(Probe::Loki, &subject),
            sources: nothing_runs(Probe::Loki, &subject),
            lines_with_ids: nothing_runs(Probe::Loki, &subject),
        }
    };
    of_role(containers, Role::Loki).map(loki).collect()
}

pub(super) async fn prometheuses(containers: &[Container]) -> Vec<Prometheus> {
    let prometheus = |container| async move {
        let subject = Subject::Prometheus(Container::display_name(container).to_owned());
        let config = prometheus::config(Files::Disk, container).await;
        Prometheus {
            container: container.id.clone(),
            reached: nothing_runs(Probe::Prometheus, &subject),
            ready: nothing_runs(Probe::Prometheus, &subject),
            targets: nothing_runs(Probe::Prometheus, &subject),
            config: observed(Probe::PrometheusConfig, &subject, config),
        }
    };
    join_all(of_role(containers, Role::Prometheus).map(prometheus)).await
}
