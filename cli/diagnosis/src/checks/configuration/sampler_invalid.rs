//! A sampler that does not exist, or an argument that it cannot use.

use super::{
    sampler, spelling,
    value::{self, Effect, Reaction},
};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Library, Setting, variables},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(323),
    name: "sampler-invalid",
    severity: Severity::Warning,
    summary: "the sampler that a service names, or its argument, is not known to its SDK",
    why: "Most SDKs keep every trace then, which is more than was wanted; Java's and ours do not start.",
    causes: &[
        "A typing error, such as `ratio` or `always-on`.",
        "A percentage where a ratio from 0 to 1 is wanted.",
        "`adaptive`, which this project's services know and no other SDK does.",
    ],
    remedy: "Set one of the specification's samplers, and a ratio from 0 to 1 as its argument, then recreate the service.",
    verify: "The service's log does not complain of its sampler after the next start.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(setting) = Setting::of(service.container, variables::SAMPLER) else {
        return Ok(Outcome::NotApplicable("no sampler is named"));
    };
    let effect = Effect::of(service, stack);
    let reaction = Reaction::of(service, &[Language::Java]);
    let name = setting.bare();
    let library = Library::of(service.container);
    let known = match library {
        Library::Ours => [&sampler::KNOWN[..], &sampler::OURS].concat(),
        Library::Unknown => sampler::KNOWN.to_vec(),
    };
    if known.contains(&name) {
        let unusable = Setting::of(service.container, variables::SAMPLER_ARGUMENT)
            .and_then(|argument| Some((wrong(name, argument.bare())?, argument)));
        let Some(((what, example), argument)) = unusable else {
            return Ok(Outcome::Pass);
        };
        let what = format!("that is no {what}; {}", reaction.consequence());
        let remedy = value::set(service, argument.name, example).by_hand();
        let report = value::report(service, &argument, &what, remedy);
        return fail(report.severity(reaction.severity(effect)));
    }
    let normal = name.replace('-', "_").to_lowercase();
    let meant = known
        .iter()
        .copied()
        .find(|known| *known == normal)
        .or_else(|| spelling::meant(&normal, &known, 2));
    let severity = match (meant, library) {
        (Some(_), _) | (None, Library::Ours) => reaction.severity(effect),
        // A sampler of a vendor's own package.
        (None, Library::Unknown) => Severity::Info,
    };
    let what = format!(
        "the specification has no sampler `{name}`; {}",
        reaction.consequence()
    );
    let right = meant.unwrap_or("parentbased_always_on");
    let remedy = value::set(service, setting.name, right);
    fail(value::report(service, &setting, &what, remedy).severity(severity))
}

/// What the argument of a sampler is to be and is not, with an example.
fn wrong(sampler: &str, argument: &str) -> Option<(&'static str, &'static str)> {
    if sampler::RATIOS.contains(&sampler) && sampler::ratio(argument).is_none() {
        Some(("ratio from 0 to 1", "0.25"))
    } else if sampler::OURS.contains(&sampler) && sampler::target(argument).is_none() {
        Some(("number of traces per second above 0", "10"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures, policy::Policy};

    /// The codes of all findings with this sampler and argument at a service of ours.
    fn codes(sampler: &str, argument: &str) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        snapshot.add_variable("scraper", "OTEL_TRACES_SAMPLER", sampler);
        snapshot.add_variable("scraper", "OTEL_TRACES_SAMPLER_ARG", argument);
        let causes = diagnose(&snapshot, &Policy::default()).causes;
        causes
            .iter()
            .map(|cause| cause.finding.code.to_string())
            .collect()
    }

    #[test]
    fn the_adaptive_samplers_of_our_services_are_known_with_their_argument() {
        for sampler in ["adaptive", "parentbased_adaptive"] {
            assert!(codes(sampler, "0.5").is_empty(), "{sampler}");
            assert!(codes(sampler, "200").is_empty(), "{sampler}");
            assert_eq!(codes(sampler, "0"), ["PT0323"]);
            assert_eq!(codes(sampler, "10/s"), ["PT0323"]);
        }
        assert_eq!(codes("adaptve", "10"), ["PT0323"]);
    }

    #[test]
    fn no_other_sdk_has_them() {
        let mut snapshot = fixtures::healthy();
        snapshot.speak("python app.py", "http://tempo:4317", "grpc");
        snapshot.add_variable("scraper", "OTEL_TRACES_SAMPLER", "adaptive");
        let causes = diagnose(&snapshot, &Policy::default()).causes;
        let codes: Vec<_> = causes
            .iter()
            .map(|cause| cause.finding.code.to_string())
            .collect();
        assert_eq!(codes, ["PT0323"]);
    }
}
