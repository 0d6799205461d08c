//! A port of the host, used inside of the network.

use super::{port::PortUse, port_report};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(314),
    name: "endpoint-published-port",
    severity: Severity::Error,
    summary: "a service sends spans to the port that Tempo has on the host, not to the one in its container",
    why: "A published port exists on the host alone. Inside of a network every container is reached at its own ports, so the connection is refused.",
    causes: &["`ports: [14317:4317]` was read from left to right."],
    remedy: "Use the port on the right of `ports:`, then recreate the service.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let judged = match port_report::judge(service, stack)? {
        Ok(judged) => judged,
        Err(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let what = match judged.port_use {
        PortUse::Published(container_port) => format!(
            "has {} on the host alone; inside of the network it is {container_port}",
            judged.port
        ),
        PortUse::Receiver
        | PortUse::Query
        | PortUse::Internal
        | PortUse::Legacy(_)
        | PortUse::Nothing => return Ok(Outcome::Pass),
    };
    fail(judged.report(service, stack, &what))
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures, policy::Policy, snapshot::PublishedPort};

    #[test]
    fn a_port_of_the_host_is_right_at_the_host_s_address() {
        let mut stack = fixtures::healthy();
        stack
            .service_mut("tempo")
            .published_ports
            .push(PublishedPort {
                host_address: "0.0.0.0".to_owned(),
                host_port: 14317,
                container_port: 4317,
            });
        stack.set_variable("scraper", "TEMPO_ENDPOINT", "172.20.0.1:14317");
        let diagnosis = diagnose(&stack, &Policy::default());
        assert_eq!(diagnosis.causes, []);
    }
}
