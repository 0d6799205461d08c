//! An endpoint's name that two different programs answer to.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::configuration::aim::{self, Aim},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::Container,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(401),
    name: "name-answered-twice",
    severity: Severity::Warning,
    summary: "two different containers answer to the name that a service sends its spans to",
    why: "Docker's name server gives both addresses, in changing order: a part of the spans goes to the other one, and no error says so.",
    causes: &[
        "Two projects, each with a service `tempo`, share a network.",
        "A container of an older name still has the alias.",
        "Two services were given one alias by copying.",
    ],
    remedy: "Name the receiver by its container name, which is unique on an engine, or give it an alias of its own on the shared network.",
    verify: "`docker network inspect` shows one container of that name on the network.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

/// A container that answers to a name on a network.
struct Answerer<'s> {
    name: &'s str,
    /// What it is one of: replicas of one service are one receiver.
    group: (Option<&'s str>, &'s str),
}

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let Ok(endpoint) = &settings.endpoint else {
        return Ok(Outcome::NotApplicable("its endpoint cannot be read"));
    };
    let own = service.container.attachments.iter();
    let twice = own
        .filter(|own| own.network != "bridge")
        .map(|own| {
            (
                own.network.as_str(),
                answerers(stack, &own.network, &endpoint.host),
            )
        })
        .find(|(_, answerers)| {
            answerers
                .iter()
                .any(|answerer| answerer.group != answerers[0].group)
        });
    let Some((network, answerers)) = twice else {
        return Ok(Outcome::Pass);
    };
    let names: Vec<String> = answerers
        .iter()
        .map(|answerer| format!("`{}`", answerer.name))
        .collect();
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, and on `{network}` {} answer to that name: a part of them goes elsewhere",
            service.label(),
            settings.shown(),
            names.join(" and "),
        ),
        aim::source_proof(service, settings),
        Remedy::edit(format!(
            "name the one that is meant by its container name, or take the name `{}` from the other one on `{network}`",
            endpoint.host
        )),
    );
    let proofs = answerers.iter().map(|answerer| {
        Evidence::new(
            EvidenceKind::Container,
            answerer.name,
            format!("answers to `{}` on `{network}`", endpoint.host),
        )
    });
    fail(report.since(Some(aim::created(service))).proof(proofs))
}

/// The running containers that Docker's name server gives for a name on a network, in the order of their names.
fn answerers<'s>(stack: &Stack<'s>, network: &str, host: &str) -> Vec<Answerer<'s>> {
    let snapshot = stack.snapshot;
    let group = |project: &'s Option<String>, service: &'s str| (project.as_deref(), service);
    let service_of = |container: &'s Container| container.display_name();
    let inside = snapshot
        .containers
        .iter()
        .filter(|other| other.is_running())
        .filter(|other| {
            other
                .attachments
                .iter()
                .any(|place| place.network == network && place.answers_to(host))
        })
        .map(|other| Answerer {
            name: &other.name,
            group: group(&other.project, service_of(other)),
        });
    let elsewhere = snapshot
        .elsewhere
        .iter()
        .filter(|other| other.status.is_running())
        .filter(|other| {
            other
                .attachments
                .iter()
                .any(|place| place.network == network && place.answers_to(host))
        })
        .map(|other| Answerer {
            name: &other.name,
            // Replicas of another project's service differ in their names only.
            group: group(&other.project, replica_of(&other.name)),
        });
    let mut all: Vec<_> = inside.chain(elsewhere).collect();
    all.sort_by_key(|answerer| answerer.name);
    all
}

/// `shop_tempo` of `shop_tempo_2`.
fn replica_of(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end_matches(['-', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnose, fixtures, snapshot::Role};

    #[test]
    fn replicas_of_one_service_are_one_receiver() {
        let mut snapshot = fixtures::healthy();
        for name in ["bank_gateway_1", "bank_gateway_2"] {
            let mut replica = fixtures::elsewhere(name, Role::Service, "shop_default");
            replica.project = Some("bank".to_owned());
            replica.attachments[0].names.push("gateway".to_owned());
            snapshot.elsewhere.push(replica);
        }
        snapshot.set_variable("scraper", "TEMPO_ENDPOINT", "gateway:4317");
        let codes: Vec<_> = diagnose(&snapshot, &Policy::default())
            .findings()
            .map(|finding| finding.code)
            .collect();
        assert!(!codes.contains(&CHECK.code), "{codes:?}");
    }

    #[test]
    fn a_stopped_namesake_answers_to_nothing() {
        let mut snapshot = fixtures::healthy();
        let mut old = fixtures::elsewhere("old_tempo_1", Role::Service, "shop_default");
        old.attachments[0].names.push("tempo".to_owned());
        old.status = crate::snapshot::Status::Exited;
        snapshot.elsewhere.push(old);
        assert_eq!(
            diagnose(&snapshot, &Policy::default()).findings().count(),
            0
        );
    }
}
