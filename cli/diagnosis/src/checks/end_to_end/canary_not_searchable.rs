//! Canaries that are there and that no search finds.

use jiff::SignedDuration;

use super::canary_lost::{found_or_not, sent};
use crate::{
    check::{Cause, Check, Examine, Report, Verdict, fail},
    checks::{
        storage::disk_nearly_full,
        tempo::{live_store_lagging, query_fails, search_cut_off, writes_failing},
    },
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::{Flight, Landing, Sight},
    view::{Backend, Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(607),
    name: "canary-not-searchable",
    severity: Severity::Warning,
    summary: "a span is found by its id, and no search finds it when it should",
    why: "Fresh spans are in memory, where only their id leads to them; what is never written to a block is never found by a search, and is gone after a restart.",
    causes: &[
        "Tempo cannot write what it has in memory.",
        "Its clock or the sender's is wrong, so that the search looks at another time.",
        "Its querier does not reach what holds fresh traces.",
    ],
    remedy: "Look in Tempo's log for `failed to cut traces` and failed searches; compare the clocks.",
    verify: "`ptctl canary SERVICE` is found by search.",
    masked_by: &[&[
        Cause::same_subject(writes_failing::CHECK.code),
        Cause::same_subject(query_fails::CHECK.code),
        Cause::same_subject(search_cut_off::CHECK.code),
        Cause::same_subject(live_store_lagging::CHECK.code),
        Cause::same_subject(disk_nearly_full::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

/// Why there is nothing to say of searches.
pub(super) const NOT_SO_LONG: &str = "no canary was searched for so long that it had to be found";

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let tags = missing(backend, stack, |landing| &landing.by_tags);
    let Some((service, flight, landing, waited)) = tags.first() else {
        let sights = sights(backend, stack, |landing| &landing.by_tags);
        return found_or_not(backend, sights, NOT_SO_LONG);
    };
    let message = format!(
        "Tempo `{}` has the canary of `{}` by its id, and a search does not find it {} s later",
        backend.label(),
        service.label(),
        waited.as_secs()
    );
    let search = Evidence::new(
        EvidenceKind::Search,
        format!("{}/api/search", landing.asked),
        format!("nothing with the tag ptctl.canary.id={}", flight.trace_id),
    );
    let remedy = Remedy::edit("look in its log for failed writes and failed searches");
    fail(
        Report::new(message, sent(service, flight), remedy)
            .proof([search])
            .concerning(tags.iter().map(|(service, ..)| service.subject.clone())),
    )
}

/// What one way to search came to.
pub(super) fn sights<'a>(
    backend: &'a Backend<'_>,
    stack: &'a Stack<'_>,
    sight: impl Fn(&Landing) -> &Sight + 'a,
) -> impl Iterator<Item = &'a Sight> + 'a {
    let landings = stack.landings_in(backend);
    landings.map(move |(_, _, landing)| sight(landing))
}

/// The canaries that are in a backend and that one way to search does not find, though it is time.
pub(super) fn missing<'a, 's>(
    backend: &'a Backend<'_>,
    stack: &'a Stack<'s>,
    sight: impl Fn(&Landing) -> &Sight + 'a,
) -> Vec<(&'a Service<'s>, &'s Flight, &'s Landing, SignedDuration)> {
    stack
        .landings_in(backend)
        .filter(|(_, _, landing)| landing.by_id.is_found())
        .filter_map(|(service, flight, landing)| match sight(landing) {
            Sight::Missing { waited } => Some((service, flight, landing, *waited)),
            Sight::Found { .. } | Sight::NotYet { .. } | Sight::Failed { .. } | Sight::NotAsked => {
                None
            }
        })
        .collect()
}
