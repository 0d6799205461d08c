//! What a way that was tried from a service's own network does to findings that were inferred from its settings: it
//! confirms those that say the same, and refutes those that it shows to be wrong.

use crate::{
    code::Code,
    diagnosis::{Passed, RootCause},
    finding::{Confidence, Finding},
    ladder::{Judgement, RungName, judge},
    snapshot::{Destination, NetworkPath},
    view::{Service, Stack},
};

/// Findings that cannot be where a connection to the endpoint stands: nobody has its name, no network is shared, its
/// packets are dropped. The kernel takes connections for a paused receiver as well.
const NOT_CONNECTED: [u16; 5] = [303, 304, 316, 402, 441];
/// Findings that cannot be where the endpoint takes an export that is sent as the service sends it.
const NOT_TAKEN: [u16; 13] = [
    302, 305, 306, 307, 308, 309, 311, 312, 313, 314, 315, 321, 336,
];
/// The finding that TLS is spoken for want of a scheme, which only an export with a known secrecy refutes.
const SCHEME_MISSING: u16 = 310;

/// Inferences, and the findings of a tried way that say the same.
const CONFIRMED: [(u16, &[u16]); 5] = [
    (101, &[428, 429]),
    (308, &[438]),
    (310, &[434, 435]),
    (316, &[428, 429, 431, 432]),
    (441, &[432]),
];

/// Takes out the findings that the tried way of their service shows to be wrong; their checks have passed.
pub(super) fn refute(findings: &mut Vec<Finding>, stack: &Stack<'_>) -> Vec<Passed> {
    let mut passed = Vec::new();
    findings.retain(|finding| {
        let is_refuted = stack
            .services
            .iter()
            .find(|service| service.subject == finding.subject)
            .is_some_and(|service| is_refuted(finding.code, service, stack));
        if is_refuted {
            passed.push(Passed {
                code: finding.code,
                subject: finding.subject.clone(),
            });
        }
        !is_refuted
    });
    passed
}

fn is_refuted(code: Code, service: &Service<'_>, stack: &Stack<'_>) -> bool {
    let is_among = |numbers: &[u16]| numbers.iter().any(|number| Code::new(*number) == code);
    // A canary that arrived was taken on this very way.
    if stack.is_way_open(service) && (is_among(&NOT_CONNECTED) || is_among(&NOT_TAKEN)) {
        return true;
    }
    let Some(path) = stack.path_of(service) else {
        return false;
    };
    let Some(reached) = reached(path) else {
        return false;
    };
    if is_among(&NOT_CONNECTED) {
        return reached >= RungName::Connect;
    }
    let Destination {
        protocol,
        encryption,
        ..
    } = &path.destination;
    let as_the_service = match () {
        () if is_among(&NOT_TAKEN) => protocol.is_some(),
        () if is_among(&[SCHEME_MISSING]) => protocol.is_some() && encryption.is_some(),
        () => false,
    };
    as_the_service && reached == RungName::Authenticate
}

/// The highest rung that holds for all addresses; `None` where not even the name has any.
pub(super) fn reached(path: &NetworkPath) -> Option<RungName> {
    let ladder = path.ladder.known()?;
    match judge(&path.destination, ladder) {
        Judgement::Holds(rung) => Some(rung),
        Judgement::Untold(_) => None,
        Judgement::Breaks(at) => match at.obstacle.rung() {
            RungName::Resolve => None,
            RungName::Connect => Some(RungName::Resolve),
            RungName::Speak => Some(RungName::Connect),
            RungName::Export | RungName::Authenticate => Some(RungName::Speak),
        },
    }
}

/// Makes proven what was inferred and then met on a tried way.
pub(super) fn confirm(causes: &mut [RootCause]) {
    for cause in causes {
        if cause.finding.confidence == Confidence::Proven {
            continue;
        }
        let Some((_, same)) = CONFIRMED
            .iter()
            .find(|(number, _)| Code::new(*number) == cause.finding.code)
        else {
            continue;
        };
        let met = cause.symptoms.iter().find(|symptom| {
            symptom.confidence == Confidence::Proven
                && same.iter().any(|number| Code::new(*number) == symptom.code)
        });
        if let Some(met) = met {
            cause.finding.confidence = Confidence::Proven;
            cause.finding.evidence.extend(met.evidence.first().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnose, fixtures, policy::Policy, snapshot::NameResult};

    fn roots(snapshot: &crate::snapshot::Snapshot) -> Vec<(String, Confidence)> {
        diagnose(snapshot, &Policy::default())
            .causes
            .iter()
            .map(|cause| (cause.finding.code.to_string(), cause.finding.confidence))
            .collect()
    }

    #[test]
    fn a_name_that_resolves_where_it_counts_is_nobody_s_typing_error() {
        let mut stack = fixtures::healthy();
        stack.set_variable("scraper", "TEMPO_ENDPOINT", "tmepo:4317");
        let before = roots(&stack);
        assert_eq!(before[0].0, "PT0303");
        let mut path = fixtures::network_path(&stack, "scraper");
        path.destination.host = "tmepo".to_owned();
        stack.network_paths.push(path);
        assert_eq!(roots(&stack), []);
    }

    #[test]
    fn a_canary_that_arrived_refutes_what_settings_alone_say_of_the_way() {
        let mut stack = fixtures::healthy();
        stack.set_variable("scraper", "TEMPO_ENDPOINT", "tmepo:4317");
        stack.canaries = vec![fixtures::canary(&stack, "scraper")];
        assert_eq!(roots(&stack), []);
    }

    #[test]
    fn a_paused_receiver_takes_connections_and_stays_the_cause() {
        let mut stack = fixtures::healthy();
        let mut gateway = fixtures::container("gateway", crate::snapshot::Role::Service);
        gateway.state.status = crate::snapshot::Status::Paused;
        gateway.exposed_ports = vec![4317];
        stack.containers.push(gateway);
        stack.set_variable("scraper", "TEMPO_ENDPOINT", "gateway:4317");
        let mut path = fixtures::network_path(&stack, "scraper");
        path.destination.host = "gateway".to_owned();
        path.ladder_mut().ways[0].speech = None;
        path.ladder_mut().ways[0].export = None;
        stack.network_paths.push(path);
        let codes: Vec<String> = roots(&stack).into_iter().map(|(code, _)| code).collect();
        assert!(codes.contains(&"PT0307".to_owned()), "{codes:?}");
    }

    #[test]
    fn a_typing_error_that_was_met_stays_the_one_cause() {
        let mut stack = fixtures::healthy();
        stack.set_variable("scraper", "TEMPO_ENDPOINT", "tmepo:4317");
        let mut path = fixtures::network_path(&stack, "scraper");
        path.destination.host = "tmepo".to_owned();
        let ladder = path.ladder_mut();
        ladder.ways.clear();
        ladder.resolution.result = NameResult::NoSuchName;
        stack.network_paths.push(path);
        let expected = [("PT0303".to_owned(), Confidence::Proven)];
        assert_eq!(roots(&stack), expected);
    }
}
