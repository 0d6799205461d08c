//! The places in files of what findings prove by a variable.

use crate::{
    export::declared_at,
    finding::{Evidence, EvidenceKind, Finding},
    snapshot::{Origin, Snapshot},
};

/// Adds to each proof by a variable the place in a file where its value stands, where that is known.
pub(super) fn locate(findings: &mut [Finding], snapshot: &Snapshot) {
    for evidence in findings
        .iter_mut()
        .flat_map(|finding| &mut finding.evidence)
    {
        if evidence.kind == EvidenceKind::Variable && evidence.location.is_none() {
            evidence.location = place(evidence, snapshot);
            // A container that nothing made yet is nowhere to look.
            if snapshot.origin == Origin::Files
                && let Some(location) = &evidence.location
            {
                evidence.source = location.to_string();
            }
        }
    }
}

fn place(evidence: &Evidence, snapshot: &Snapshot) -> Option<crate::finding::Location> {
    let (name, _) = evidence.text.split_once('=')?;
    let container = snapshot
        .containers
        .iter()
        .find(|container| container.name == evidence.source)?;
    declared_at(container, name, snapshot)
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
