//! The backends of a look: those among the containers, and the one given by its address.

use ptctl_diagnosis::snapshot::{Container, Role, Tempo};
use url::Url;

use super::request::TempoAccess;
use crate::{
    clients::{http::HttpClient, tempo::TempoClient},
    probe::{
        self, Look,
        tempo::{Candidate, Names, Sampling},
    },
};

/// Every backend of the stack, and the one given by its address; with whom to ask further where it answers.
pub(super) async fn tempos(
    look: &Look<'_>,
    http: &HttpClient,
    access: &TempoAccess,
    containers: &[Container],
    names: &Names,
    sampling: Sampling,
) -> Vec<(Tempo, Option<TempoClient>)> {
    let candidates = candidates(access.url.as_ref(), containers);
    let looks = candidates
        .into_iter()
        .map(|candidate| probe::tempo::of(look, http, candidate, names, sampling));
    futures_util::future::join_all(looks).await
}

/// The same, of which only their readiness and their counters are wanted.
pub(super) async fn tempos_in_brief(
    look: &Look<'_>,
    http: &HttpClient,
    access: &TempoAccess,
    containers: &[Container],
) -> Vec<Tempo> {
    let looks = candidates(access.url.as_ref(), containers)
        .into_iter()
        .map(|candidate| probe::tempo::in_brief(look, http, candidate));
    futures_util::future::join_all(looks).await
}

/// The backends among the containers, and the one given by its address.
pub(super) fn candidates<'c>(url: Option<&Url>, containers: &'c [Container]) -> Vec<Candidate<'c>> {
    let mut candidates: Vec<Candidate<'_>> = containers
        .iter()
        .filter(|container| container.role == Role::Tempo)
        .map(|container| Candidate {
            name: name_among(container, containers),
            container: Some(container),
            given: url.cloned().filter(|url| is_published_by(url, container)),
        })
        .collect();
    if let Some(url) = url
        && candidates.iter().all(|candidate| candidate.given.is_none())
    {
        candidates.push(Candidate {
            name: url.host_str().unwrap_or("tempo").to_owned(),
            container: None,
            given: Some(url.clone()),
        });
    }
    candidates
}

/// The name that findings about a backend carry: its service's, or its container's where several share that.
pub(super) fn name_among(container: &Container, containers: &[Container]) -> String {
    let namesakes = containers
        .iter()
        .filter(|other| other.display_name() == container.display_name());
    match namesakes.count() {
        1 => container.display_name().to_owned(),
        _ => container.name.clone(),
    }
}

/// Whether an address of this machine is a port that a container publishes.
fn is_published_by(url: &Url, container: &Container) -> bool {
    let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    is_local
        && container
            .published_ports
            .iter()
            .any(|published| Some(published.host_port) == url.port_or_known_default())
}
