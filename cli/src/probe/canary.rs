//! A canary from each service, with that service's settings, and what became of it.

mod landing;

use std::{collections::BTreeSet, net::IpAddr, time::Duration};

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use ptctl_diagnosis::{
    export::{Setting, Target, proxy, variables},
    observed::{Gap, Observed, Probe},
    snapshot::{Canary, Container, Delivery, Flight, Snapshot},
    view::{Service, Stack},
};

use super::{
    Look,
    exporter::exporter_of,
    network_path::{Owners, behind_proxy},
};
use crate::{
    clients::otlp::Exporter,
    gather::{CanaryReach, CanaryWish, TempoAccess},
    inside::{Bounds, CanaryTask, Sent, Task, Work},
};

/// So many canaries are in the air at a time.
const AT_ONCE: usize = 16;
/// How long an SDK waits for an answer by default (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).
const SENDING: Duration = Duration::from_secs(10);
/// With less time than this a silent receiver cannot be told from a slow one.
const ENOUGH: SignedDuration = SignedDuration::from_secs(5);

/// Everything that canaries of one look need to know.
struct Sky<'l> {
    look: &'l Look<'l>,
    access: &'l TempoAccess,
    wish: CanaryWish,
    stack: &'l Stack<'l>,
}

/// Sends a canary from each traced service, in the order of the containers.
pub(crate) async fn of(
    look: &Look<'_>,
    access: &TempoAccess,
    wish: CanaryWish,
    snapshot: &Snapshot,
) -> Vec<Canary> {
    let stack = Stack::of(snapshot);
    let sky = &Sky {
        look,
        access,
        wish,
        stack: &stack,
    };
    let canaries = stack.services.iter().map(async |service| Canary {
        from: service.container.id.clone(),
        flight: match fly(sky, service).await {
            Ok(flight) => Observed::Known(flight),
            Err(reason) => Observed::Unknown(gap(service, reason)),
        },
    });
    stream::iter(canaries).buffered(AT_ONCE).collect().await
}

fn gap(service: &Service<'_>, reason: String) -> Gap {
    Gap::new(Probe::Canary, service.subject.clone(), reason)
}

async fn fly(sky: &Sky<'_>, service: &Service<'_>) -> Result<Flight, String> {
    let container = service.container;
    if is_switched_off(container) {
        return Err("it is told to send no spans".to_owned());
    }
    let settings = service.settings.get().map_err(|gap| gap.reason)?;
    if let Some(variable) = proxy::possible(container, settings) {
        return Err(behind_proxy(variable));
    }
    let exporter = exporter_of(sky.look, container, settings).await?;
    let bounds = bounds(sky.wish.reach, service.target.as_ref(), sky.stack.snapshot);
    if bounds == Bounds::Engine(Vec::new()) && service.target == Some(Target::Outside) {
        return Err(outside("its endpoint"));
    }
    let tenant = tenant(&exporter);
    let task = CanaryTask::new(exporter, bounds, sky.wish.shape, service.label());
    let (trace_ids, text) = (task.trace_ids().to_vec(), task.text());
    let deadline = sky.look.deadline.capped(SENDING);
    let answers = sky
        .look
        .hands
        .in_network_of(container, vec![Task::from(task)], deadline)
        .await
        .map_err(crate::gather::hands::NoHands::reason)?;
    let sent = answers.into_iter().find_map(CanaryTask::found);
    let (sent_at, delivery) = match sent {
        Some(Sent::Away { delivery, .. }) if is_cut_short(&delivery) => {
            return Err("the time of the look was over before an answer could come".to_owned());
        }
        Some(Sent::Away { at, delivery }) => (at, delivery),
        Some(Sent::NotLookedUp { reason }) => {
            return Err(format!("its endpoint could not be looked up: {reason}"));
        }
        Some(Sent::NotJudged { reason }) => return Err(reason),
        Some(Sent::OutOfBounds { address }) => return Err(outside(&format!("`{address}`"))),
        None => return Err("nobody said what became of it".to_owned()),
    };
    let landing = if delivery.is_accepted() {
        let prey = landing::Prey {
            trace_ids: &trace_ids,
            text,
            sent_at,
            tenant,
        };
        let landing = landing::of(sky, service, &prey).await;
        Some(landing.map_err(|reason| gap(service, reason)).into())
    } else {
        None
    };
    Ok(Flight {
        shape: sky.wish.shape,
        to: settings.shown(),
        sent_at,
        spans: trace_ids.len() as u64,
        trace_id: trace_ids.into_iter().next().unwrap_or_default(),
        delivery,
        landing,
    })
}

/// Whether a service's own settings keep its SDK from sending anything.
fn is_switched_off(container: &Container) -> bool {
    let says = |name, value: &str| {
        Setting::of(container, name)
            .is_some_and(|setting| setting.bare().eq_ignore_ascii_case(value))
    };
    says("OTEL_SDK_DISABLED", "true") || says(variables::EXPORTER, "none")
}

/// Whether nobody answered, and nobody waited long enough to hold that against the receiver.
fn is_cut_short(delivery: &Delivery) -> bool {
    delivery.outcome.is_silence() && delivery.ended_after < ENOUGH
}

fn outside(what: &str) -> String {
    format!("{what} is outside of this engine; `--canary-external` lets a canary go there")
}

/// The tenant that the service writes as.
fn tenant(exporter: &Exporter) -> Option<String> {
    exporter
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("x-scope-orgid"))
        .map(|header| header.value.reveal().to_owned())
}

/// Where a canary of a service may go: to containers of this engine, and by the engine's host to the ports that they
/// publish there.
fn bounds(reach: CanaryReach, target: Option<&Target>, snapshot: &Snapshot) -> Bounds {
    match (reach, target) {
        (CanaryReach::Anywhere, _) => return Bounds::None,
        (CanaryReach::Inside, Some(Target::Outside)) => return Bounds::Engine(Vec::new()),
        (CanaryReach::Inside, _) => {}
    }
    // Without networks there are no gateways but those of the bridge that every engine has.
    let networks = snapshot.networks.known().map_or(&[][..], Vec::as_slice);
    let owners = Owners::of(&snapshot.containers, &snapshot.elsewhere, networks);
    if let Some(Target::Container { .. }) = target {
        return Bounds::Engine(owners.addresses());
    }
    let inside = snapshot
        .containers
        .iter()
        .flat_map(|container| &container.attachments);
    let elsewhere = snapshot
        .elsewhere
        .iter()
        .flat_map(|container| &container.attachments);
    let containers: BTreeSet<IpAddr> = inside
        .chain(elsewhere)
        .filter_map(|attachment| attachment.address)
        .collect();
    Bounds::Engine(containers.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::fixtures;

    use super::*;

    #[test]
    fn a_canary_goes_to_the_gateway_of_a_bridge_and_to_no_other_router() {
        let gateway = IpAddr::from([172, 20, 0, 1]);
        let may_go = |driver: &str| {
            let mut snapshot = fixtures::healthy();
            let Observed::Known(networks) = &mut snapshot.networks else {
                panic!("the fixture has networks");
            };
            for network in networks {
                driver.clone_into(&mut network.driver);
            }
            let stack = Stack::of(&snapshot);
            let to_container = stack
                .services
                .iter()
                .find(|service| matches!(service.target, Some(Target::Container { .. })))
                .expect("one");
            let target = to_container.target.as_ref();
            let Bounds::Engine(addresses) = bounds(CanaryReach::Inside, target, &snapshot) else {
                panic!("bounds");
            };
            assert!(addresses.len() > 1, "{addresses:?}");
            addresses.contains(&gateway)
        };
        assert!(may_go("bridge"));
        assert!(!may_go("macvlan"));
    }
}
