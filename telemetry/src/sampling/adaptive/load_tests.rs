//! What is sampled of a load that changes, on a clock that the tests turn.

use std::time::Duration;

use opentelemetry::trace::TraceId;
use proptest::prelude::*;

use super::reservoir::{QUIET, burst};
use super::routes::{MOST_ROUTES, Routes};
use super::target::TracesPerSecond;
use super::threshold::{Randomness, Threshold};

/// A source of randomness that gives the same for the same seed (`splitmix64`).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number above 0, up to 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    fn share(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    fn trace(&mut self) -> TraceId {
        TraceId::from(u128::from(self.bits()) << 64 | u128::from(self.bits()))
    }
}

/// A trace that came.
#[derive(Debug, Clone, Copy)]
struct Came {
    route: usize,
    /// Seconds since the beginning.
    at: f64,
    /// The probability with which it was to be sampled.
    probability: f64,
    sampled: bool,
}

/// Plays `seconds` of traces that come at random, on routes whose loads at each moment `load`
/// tells.
fn play(
    target: f64,
    seed: u64,
    seconds: f64,
    loads: &[&dyn Fn(f64) -> f64],
    highest: f64,
) -> Vec<Came> {
    let routes = Routes::new(TracesPerSecond::new(target).expect("above 0"));
    let names: Vec<_> = (0..loads.len())
        .map(|route| format!("GET /{route}"))
        .collect();
    let mut random = Random(seed);
    // Points of a Poisson process at the highest load, of which as many are left out as make it
    // the load at that moment.
    let mut points: Vec<(f64, usize)> = Vec::new();
    for (route, load) in loads.iter().enumerate() {
        let mut at = 0.0;
        loop {
            at -= random.share().ln() / highest;
            if at >= seconds {
                break;
            }
            if random.share() <= load(at) / highest {
                points.push((at, route));
            }
        }
    }
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    points
        .into_iter()
        .map(|(at, route)| {
            let probability = routes.draw(&names[route], Duration::from_secs_f64(at));
            let randomness = Randomness::of(random.trace());
            Came {
                route,
                at,
                probability,
                sampled: Threshold::of(probability).lets_pass(randomness),
            }
        })
        .collect()
}

/// How many of `traces` were sampled from `from` until `until`.
fn sampled(traces: &[Came], from: f64, until: f64) -> f64 {
    traces
        .iter()
        .filter(|came| came.sampled && (from..until).contains(&came.at))
        .map(|_| 1.0)
        .sum()
}

/// What chance may add to `expected`: five standard deviations.
fn chance(expected: f64) -> f64 {
    5.0 * expected.sqrt() + 3.0
}

#[expect(clippy::cast_precision_loss, reason = "some hundreds at most")]
fn number(routes: usize) -> f64 {
    routes as f64
}

/// Says that `seconds` of traces from `from` were sampled at the target, give or take a fifth and
/// chance.
fn at_target(traces: &[Came], target: f64, from: f64, seconds: f64) -> Result<(), TestCaseError> {
    let got = sampled(traces, from, from + seconds);
    let wanted = target * seconds;
    let off = 0.2 * wanted + chance(wanted);
    prop_assert!(
        (got - wanted).abs() <= off,
        "{got} from {from} to {}, not {wanted}",
        from + seconds
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_step_is_followed_and_costs_no_more_than_a_burst(
        target in 1.0..20.0f64,
        before in 0.1..0.5f64,
        factor in 4.0..40.0f64,
        seed in any::<u64>(),
    ) {
        let after = target * factor;
        let load = |at: f64| if at < 30.0 { target * before } else { after };
        let traces = play(target, seed, 60.0, &[&load], after);
        // Before, nearly all; after, the target.
        let came = traces.iter().filter(|came| came.at < 30.0).count();
        prop_assert!(sampled(&traces, 0.0, 30.0) >= 0.8 * number(came) - chance(number(came)));
        let bound = target + burst(target);
        prop_assert!(sampled(&traces, 30.0, 31.0) <= bound + chance(bound));
        at_target(&traces, target, 32.0, 28.0)?;
    }

    #[test]
    fn bursts_cost_no_more_than_the_target_and_one_burst(
        target in 1.0..20.0f64,
        factor in 10.0..100.0f64,
        period in 2.0..15.0f64,
        seed in any::<u64>(),
    ) {
        let peak = target * factor;
        let load = |at: f64| if at % period < 1.0 { peak } else { 0.0 };
        let traces = play(target, seed, 45.0, &[&load], peak);
        for from in [0.0, 10.0, 20.0, 30.0] {
            let bound = target * 15.0 + burst(target);
            let got = sampled(&traces, from, from + 15.0);
            prop_assert!(got <= bound + chance(bound), "{got} > {bound} from {from}");
        }
        // A burst after some quiet is not missed.
        let first = traces.iter().filter(|came| came.sampled).count();
        prop_assert!(first > 0);
    }

    #[test]
    fn a_ramp_is_followed_up_and_down(
        target in 2.0..20.0f64,
        factor in 10.0..50.0f64,
        seed in any::<u64>(),
    ) {
        let peak = target * factor;
        let load = |at: f64| peak * if at < 30.0 { at / 30.0 } else { (60.0 - at) / 30.0 };
        let traces = play(target, seed, 60.0, &[&load], peak);
        // From where twice the target comes until half of it does.
        at_target(&traces, target, 10.0, 20.0)?;
        at_target(&traces, target, 30.0, 20.0)?;
    }

    #[test]
    fn busy_routes_share_the_target_and_rare_ones_are_seen(
        target in 5.0..20.0f64,
        busy in 1usize..12,
        rare in 1usize..12,
        seed in any::<u64>(),
    ) {
        let hot = |_: f64| 20.0 * target;
        // All rare routes together have a third of the target, and each less than its share.
        let each = target / (3.0 * number(busy + rare));
        let seldom = |_: f64| each;
        let mut loads: Vec<&dyn Fn(f64) -> f64> = vec![&hot; busy];
        loads.extend(vec![&seldom as &dyn Fn(f64) -> f64; rare]);
        let traces = play(target, seed, 30.0, &loads, 20.0 * target);
        at_target(&traces, target, 10.0, 20.0)?;
        let of_rare = || traces.iter().filter(|came| came.route >= busy);
        let (came, seen) = (of_rare().count(), of_rare().filter(|came| came.sampled).count());
        prop_assert!(number(seen) >= 0.85 * number(came) - chance(number(came)), "{seen} of {came}");
        for route in 0..busy + rare {
            let first = traces.iter().find(|came| came.route == route);
            prop_assert!(first.is_none_or(|first| first.sampled), "route {route}");
        }
    }

    #[test]
    fn what_is_sampled_tells_how_much_came(
        target in 2.0..20.0f64,
        factor in 0.5..50.0f64,
        seed in any::<u64>(),
    ) {
        let peak = target * factor;
        let wave = |at: f64| peak * (0.55 + 0.45 * (at / 3.0).sin());
        let traces = play(target, seed, 60.0, &[&wave], peak);
        let told: f64 = traces
            .iter()
            .filter(|came| came.sampled)
            .map(|came| 1.0 / came.probability)
            .sum();
        let came = number(traces.len());
        // The standard deviation of that sum.
        let off: f64 = traces.iter().map(|came| 1.0 / came.probability - 1.0).sum();
        prop_assert!((told - came).abs() <= 5.0 * off.sqrt() + 1.0, "{told} of {came}");
    }

    #[test]
    fn no_number_of_routes_and_no_pattern_breaks_the_bound(
        target in 1.0..50.0f64,
        routes in 1usize..300,
        load in prop_oneof![0.02..0.2f64, 0.2..2.0f64, 2.0..20.0f64],
        seed in any::<u64>(),
    ) {
        let each = |_: f64| load;
        let loads: Vec<&dyn Fn(f64) -> f64> = vec![&each; routes];
        // A bucket is as good as empty after six times as many traces as it stands for.
        let over = (6.0 * burst(target / number(routes)) / load).max(5.0);
        let traces = play(target, seed, over + 20.0, &loads, load);
        let told_apart = number(routes.min(MOST_ROUTES) + 1);
        // The target, and one trace a minute for each route.
        let lasting = 20.0 * (target + told_apart / QUIET.as_secs_f64());
        // And full buckets once.
        let bound = told_apart * burst(target / told_apart) + lasting;
        prop_assert!(sampled(&traces, 0.0, 20.0) <= bound * 1.1 + chance(bound));
        // Once the first burst is over.
        let bound = lasting.min(20.0 * number(routes) * load);
        let got = sampled(&traces, over, over + 20.0);
        prop_assert!(got <= 1.25 * bound + chance(bound), "{got} > {bound}");
    }
}
