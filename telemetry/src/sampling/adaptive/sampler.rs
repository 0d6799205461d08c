//! The sampler: who decides about a span, and what is told to those that come after.

use std::sync::Arc;
use std::time::Instant;

use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceContextExt, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

use super::routes::Routes;
use super::target::TracesPerSecond;
use super::threshold::{Randomness, Threshold};
use super::trace_state;

/// Whether a caller in another process decides about its trace here, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callers {
    /// It does: the whole trace is recorded, or none of it.
    Followed,
    /// It does not: a trace can be recorded from here on, and nowhere before.
    Ignored,
}

/// Decides where a trace begins, or where it enters this process; what is below follows.
#[derive(Debug, Clone)]
pub(crate) struct AdaptiveSampler {
    callers: Callers,
    routes: Arc<Routes>,
    started: Instant,
}

impl AdaptiveSampler {
    /// A sampler that aims at so many traces.
    pub(crate) fn new(target: TracesPerSecond, callers: Callers) -> Self {
        Self {
            callers,
            routes: Arc::new(Routes::new(target)),
            started: Instant::now(),
        }
    }

    /// Decides about the part of `trace` that begins here, on `route`. What the caller tells
    /// is in `state`.
    fn decide(&self, trace: TraceId, route: &str, state: &TraceState) -> SamplingResult {
        let threshold = Threshold::of(self.routes.draw(route, self.started.elapsed()));
        let randomness = trace_state::read(state)
            .randomness
            .unwrap_or_else(|| Randomness::of(trace));
        if threshold.lets_pass(randomness) {
            let state = trace_state::with_threshold(state, threshold);
            result(SamplingDecision::RecordAndSample, state)
        } else {
            // The caller's threshold says nothing of what is not sampled.
            let state = trace_state::without_threshold(state);
            result(SamplingDecision::Drop, state)
        }
    }
}

impl ShouldSample for AdaptiveSampler {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        _: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let parent = parent.map(Context::span);
        let parent = parent
            .as_ref()
            .map(opentelemetry::trace::SpanRef::span_context);
        match parent.filter(|parent| parent.is_valid()) {
            None => self.decide(trace, name, &TraceState::NONE),
            Some(parent) if !parent.is_remote() => follow(parent, parent.trace_state().clone()),
            Some(parent) => match self.callers {
                Callers::Followed => follow(parent, believable(parent)),
                Callers::Ignored => self.decide(trace, name, parent.trace_state()),
            },
        }
    }
}

fn follow(parent: &SpanContext, state: TraceState) -> SamplingResult {
    if parent.is_sampled() {
        result(SamplingDecision::RecordAndSample, state)
    } else {
        result(SamplingDecision::Drop, state)
    }
}

/// What a caller tells, without a threshold that its trace, sampled, has not passed: that one is
/// of somebody who did not decide, and would make counts wrong.
fn believable(caller: &SpanContext) -> TraceState {
    let state = caller.trace_state();
    let told = trace_state::read(state);
    let randomness = || {
        told.randomness
            .unwrap_or_else(|| Randomness::of(caller.trace_id()))
    };
    match told.threshold {
        Some(threshold) if caller.is_sampled() && !threshold.lets_pass(randomness()) => {
            trace_state::without_threshold(state)
        }
        _ => state.clone(),
    }
}

fn result(decision: SamplingDecision, trace_state: TraceState) -> SamplingResult {
    SamplingResult {
        decision,
        attributes: Vec::new(),
        trace_state,
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use opentelemetry::trace::{SpanId, TraceFlags};

    use super::*;

    const LOW: u128 = 0x0af7_6519_16cd_43dd_8400_0000_0000_0001;
    const HIGH: u128 = 0x0af7_6519_16cd_43dd_84ff_ffff_ffff_fffe;

    fn sampler(target: f64, callers: Callers) -> AdaptiveSampler {
        AdaptiveSampler::new(TracesPerSecond::new(target).expect("above 0"), callers)
    }

    /// A sampler that has had so much of `GET /busy` that it samples next to nothing of it.
    fn busy(callers: Callers) -> AdaptiveSampler {
        let sampler = sampler(1e-9, callers);
        for _ in 0..1000 {
            sampler.routes.draw("GET /busy", sampler.started.elapsed());
        }
        sampler
    }

    fn caller(trace: u128, flags: TraceFlags, state: &str) -> Context {
        let state = TraceState::from_str(state).expect("a list of entries");
        Context::new().with_remote_span_context(SpanContext::new(
            TraceId::from(trace),
            SpanId::from(7),
            flags,
            true,
            state,
        ))
    }

    fn local(trace: u128, flags: TraceFlags, state: &str) -> Context {
        let state = TraceState::from_str(state).expect("a list of entries");
        Context::new().with_remote_span_context(SpanContext::new(
            TraceId::from(trace),
            SpanId::from(7),
            flags,
            false,
            state,
        ))
    }

    fn ask(sampler: &AdaptiveSampler, parent: &Context, trace: u128) -> (SamplingDecision, String) {
        let trace = TraceId::from(trace);
        let result = sampler.should_sample(
            Some(parent),
            trace,
            "GET /busy",
            &SpanKind::Server,
            &[],
            &[],
        );
        (result.decision, result.trace_state.header())
    }

    const SAMPLED: SamplingDecision = SamplingDecision::RecordAndSample;
    const DROPPED: SamplingDecision = SamplingDecision::Drop;

    #[test]
    fn the_first_trace_of_a_route_is_sampled_and_stands_for_itself() {
        let sampler = sampler(1.0, Callers::Followed);
        let told = ask(&sampler, &Context::new(), LOW);
        assert_eq!(told, (SAMPLED, "ot=th:0".to_owned()));
    }

    #[test]
    fn a_busy_route_keeps_what_its_randomness_keeps_and_tells_how_much() {
        let sampler = busy(Callers::Followed);
        assert_eq!(
            ask(&sampler, &Context::new(), LOW),
            (DROPPED, String::new())
        );
        let (decision, state) = ask(&sampler, &Context::new(), HIGH);
        assert_eq!(decision, SAMPLED);
        assert!(state.starts_with("ot=th:ffff"), "{state}");
    }

    #[test]
    fn a_caller_that_is_followed_is_followed_with_all_it_tells() {
        let sampler = busy(Callers::Followed);
        for (flags, decision) in [
            (TraceFlags::SAMPLED, SAMPLED),
            (TraceFlags::NOT_SAMPLED, DROPPED),
        ] {
            for state in [
                "",
                "vendor=one",
                "vendor=one,ot=k1:13;th:e666;rv:ff000000000000",
            ] {
                let told = ask(&sampler, &caller(LOW, flags, state), LOW);
                assert_eq!(told, (decision.clone(), state.to_owned()));
            }
        }
    }

    #[test]
    fn a_threshold_that_the_caller_cannot_have_passed_is_not_handed_on() {
        let sampler = busy(Callers::Followed);
        for (state, after) in [
            ("vendor=one,ot=th:e666", "vendor=one"),
            (
                "ot=th:e666;rv:10000000000000;k1:13",
                "ot=rv:10000000000000;k1:13",
            ),
        ] {
            let told = ask(&sampler, &caller(LOW, TraceFlags::SAMPLED, state), LOW);
            assert_eq!(told, (SAMPLED, after.to_owned()));
        }
    }

    #[test]
    fn a_caller_that_is_ignored_is_decided_about_with_its_randomness() {
        let sampler = busy(Callers::Ignored);
        for flags in [TraceFlags::SAMPLED, TraceFlags::NOT_SAMPLED] {
            let state = "vendor=one,ot=th:0;rv:00000000000001";
            let (decision, state) = ask(&sampler, &caller(HIGH, flags, state), HIGH);
            assert_eq!(decision, DROPPED);
            assert_eq!(state, "ot=rv:00000000000001,vendor=one");
            let state = "vendor=one,ot=th:0;rv:ffffffffffffff";
            let (decision, state) = ask(&sampler, &caller(LOW, flags, state), LOW);
            assert_eq!(decision, SAMPLED);
            assert!(state.starts_with("ot=th:ffff"), "{state}");
            assert!(state.ends_with(";rv:ffffffffffffff,vendor=one"), "{state}");
        }
    }

    #[test]
    fn spans_within_a_process_follow_the_one_that_was_decided_about() {
        for callers in [Callers::Followed, Callers::Ignored] {
            let sampler = busy(callers);
            let parent = local(LOW, TraceFlags::SAMPLED, "ot=th:0");
            let told = ask(&sampler, &parent, LOW);
            assert_eq!(told, (SAMPLED, "ot=th:0".to_owned()));
            let parent = local(HIGH, TraceFlags::NOT_SAMPLED, "");
            assert_eq!(ask(&sampler, &parent, HIGH), (DROPPED, String::new()));
        }
    }
}
