//! The places in files of what findings prove by a variable, or by the description of a container that is still to be
//! made.

use crate::{
    export::{compose_service, declared_at},
    finding::{Evidence, EvidenceKind, Finding, Location},
    snapshot::{ComposeLayer, ComposeService, Container, Origin, Snapshot},
};

/// Adds to each proof the place in a file where it stands, where that is known.
pub(super) fn locate(findings: &mut [Finding], snapshot: &Snapshot) {
    let unplaced = findings
        .iter_mut()
        .flat_map(|finding| &mut finding.evidence)
        .filter(|evidence| evidence.location.is_none());
    for evidence in unplaced {
        let Some(container) = snapshot
            .containers
            .iter()
            .find(|container| container.name == evidence.source)
        else {
            continue;
        };
        match (evidence.kind, snapshot.origin) {
            (EvidenceKind::Variable, Origin::Engine) => {
                evidence.location = variable(evidence, container, snapshot);
            }
            (EvidenceKind::Variable, Origin::Files) => {
                match variable(evidence, container, snapshot) {
                    Some(place) => stands_at(evidence, place),
                    None => resolved(evidence, container, snapshot),
                }
            }
            (EvidenceKind::Container, Origin::Files) => {
                if let Some(service) = compose_service(container, snapshot) {
                    stands_at(evidence, described(&evidence.text, service).clone());
                    evidence.kind = EvidenceKind::Configuration;
                }
            }
            _ => {}
        }
    }
}

/// A container that nothing made yet is nowhere to look: the place is.
fn stands_at(evidence: &mut Evidence, place: Location) {
    evidence.source = place.to_string();
    evidence.location = Some(place);
}

/// What Compose alone knows is seen in Compose's own view.
fn resolved(evidence: &mut Evidence, container: &Container, snapshot: &Snapshot) {
    let Some((name, _)) = evidence.text.split_once('=') else {
        return;
    };
    let project = snapshot.compose.known();
    let command = project.and_then(|project| project.resolved_by.as_ref());
    let variable = compose_service(container, snapshot).and_then(|service| service.variable(name));
    if let (Some(command), Some(variable)) = (command, variable)
        && variable.layer == ComposeLayer::Resolved
    {
        evidence.source = format!("{} in `{command}`", container.name);
    }
}

fn variable(evidence: &Evidence, container: &Container, snapshot: &Snapshot) -> Option<Location> {
    let (name, _) = evidence.text.split_once('=')?;
    declared_at(container, name, snapshot)
}

/// Where the files say what the engine would show as this field, else where they begin to describe the service.
fn described<'s>(field: &str, service: &'s ComposeService) -> &'s Location {
    let image = || service.image.as_ref().map(|image| &image.location);
    let health_check = || {
        service
            .run
            .health_check
            .as_ref()
            .map(|check| &check.location)
    };
    let stop_grace = || service.run.stop_grace.as_ref().map(|grace| &grace.location);
    let command = || service.command.as_ref().map(|words| &words.location);
    let ports = || service.ports.as_ref().map(|ports| &ports.location);
    let fields: [(&str, &dyn Fn() -> Option<&'s Location>); 6] = [
        ("Config.Image=", &image),
        ("Config.Healthcheck", &health_check),
        ("Config.StopTimeout=", &stop_grace),
        ("Config.Cmd", &command),
        ("command: ", &command),
        ("HostConfig.PortBindings", &ports),
    ];
    fields
        .iter()
        .filter(|(name, _)| field.starts_with(name))
        .find_map(|(_, place)| place())
        .unwrap_or(&service.location)
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures::healthy, observed::Observed, policy::Policy};

    #[test]
    fn a_proof_by_a_variable_has_the_place_where_its_value_stands() {
        let mut snapshot = healthy();
        snapshot.set_variable("scraper", "TEMPO_ENDPOINT", "localhost:4317");
        let Observed::Known(project) = &mut snapshot.compose else {
            unreachable!()
        };
        project.services[1].environment[0].text.value = Some("localhost:4317".to_owned());
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let proof = &diagnosis.causes[0].finding.evidence[0];
        let place = proof.location.as_ref().map(ToString::to_string);
        assert_eq!(place.as_deref(), Some("/srv/shop/compose.yml:9:7"));
    }
}
