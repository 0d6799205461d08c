//! How a service's process is run, probed and stopped.

use ptctl_diagnosis::{
    duration::go_duration,
    redact,
    snapshot::{ComposeLink, ComposeRun, HealthCheck, Placed},
};

use super::{interpolate::Filled, tree::Tree, variables::Variables};

/// What a service says of its process beside its command.
pub(super) fn run(service: &Tree, variables: &Variables) -> ComposeRun {
    let text = |tree: Option<&Tree>| value(tree?, variables).filter(|text| !text.is_empty());
    ComposeRun {
        user: text(service.get("user")),
        init: text(service.get("init")).map(|init| is_true(&init)),
        stop_signal: text(service.get("stop_signal")),
        stop_grace: service.get("stop_grace_period").and_then(|tree| {
            Some(Placed {
                value: go_duration(&value(tree, variables)?)?,
                location: tree.location.clone(),
            })
        }),
        health_check: service
            .get("healthcheck")
            .and_then(|tree| health_check(tree, variables)),
        log_options: log_options(service, variables),
        links: service
            .get("links")
            .map_or(&[][..], Tree::items)
            .iter()
            .filter_map(|link| value(link, variables))
            .map(|link| match link.split_once(':') {
                Some((service, alias)) => (service.to_owned(), alias.to_owned()),
                None => (link.clone(), link),
            })
            .map(|(service, alias)| ComposeLink { service, alias })
            .collect(),
    }
}

/// A health check with something to run; without one the image's own holds, which is not known here.
fn health_check(tree: &Tree, variables: &Variables) -> Option<Placed<HealthCheck>> {
    let part = |name: &str| value(tree.get(name)?, variables);
    if part("disable").is_some_and(|disable| is_true(&disable)) {
        return None;
    }
    let test = tree.get("test")?;
    let words: Vec<String> = match test.text() {
        Some(_) => vec!["CMD-SHELL".to_owned(), value(test, variables)?],
        None => test
            .items()
            .iter()
            .map(|word| value(word, variables))
            .collect::<Option<_>>()?,
    };
    if words.first().is_none_or(|kind| kind == "NONE") {
        return None;
    }
    let duration = |name| go_duration(&part(name)?);
    Some(Placed {
        value: HealthCheck {
            test: redact::command(&words),
            interval: duration("interval"),
            start_period: duration("start_period"),
            retries: part("retries").and_then(|count| count.parse().ok()),
        },
        location: test.location.clone(),
    })
}

fn log_options(service: &Tree, variables: &Variables) -> Vec<(String, String)> {
    let options = service.at(&["logging", "options"]);
    let mut options: Vec<_> = options
        .map_or(&[][..], Tree::fields)
        .iter()
        .filter_map(|option| {
            let text = value(&option.tree, variables)?;
            let shown = redact::value(&option.name, &text);
            Some((option.name.clone(), shown))
        })
        .collect();
    options.sort();
    options
}

fn value(tree: &Tree, variables: &Variables) -> Option<String> {
    Filled::of(tree.text()?, variables)
        .value()
        .map(str::to_owned)
}

fn is_true(text: &str) -> bool {
    ["true", "yes", "on"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use ptctl_diagnosis::document::Document;

    use super::*;

    fn read(text: &str) -> ComposeRun {
        let document = Document::read("c.yml", text).unwrap();
        run(&Tree::of(&document), &Variables::read(".env", "GRACE=2s\n"))
    }

    #[test]
    fn what_the_engine_will_be_told_of_the_process_is_read_with_its_place() {
        let run = read(
            "user: '1000:1000'\ninit: true\nstop_signal: SIGINT\nstop_grace_period: ${GRACE}\nlogging: {options: {max-size: 10m}}\nlinks: [tempo, 'tempo:traces']\n",
        );
        assert_eq!(run.user.as_deref(), Some("1000:1000"));
        assert_eq!(run.init, Some(true));
        assert_eq!(run.stop_signal.as_deref(), Some("SIGINT"));
        let grace = run.stop_grace.unwrap();
        assert_eq!(grace.value, SignedDuration::from_secs(2));
        assert_eq!(grace.location.to_string(), "c.yml:4:20");
        assert_eq!(run.log_options, [("max-size".to_owned(), "10m".to_owned())]);
        let links: Vec<_> = run
            .links
            .iter()
            .map(|link| (link.service.as_str(), link.alias.as_str()))
            .collect();
        assert_eq!(links, [("tempo", "tempo"), ("tempo", "traces")]);
    }

    #[test]
    fn a_health_check_is_one_only_where_it_says_what_to_run() {
        let test = |text: &str| {
            let check = read(&format!("healthcheck: {text}")).health_check?;
            Some(check.value.test.join(" "))
        };
        for (text, expected) in [
            (
                "{test: wget -q localhost, retries: 2}",
                Some("CMD-SHELL wget -q localhost"),
            ),
            ("{test: [CMD, /tempo, -health]}", Some("CMD /tempo -health")),
            (
                "{test: [CMD, app, --token, hunter2]}",
                Some("CMD app --token [redacted]"),
            ),
            ("{test: [NONE]}", None),
            ("{test: [CMD, a], disable: true}", None),
            ("{interval: 5s}", None),
            ("{test: '${NONE}'}", None),
        ] {
            assert_eq!(test(text).as_deref(), expected, "{text}");
        }
        let check = read("healthcheck: {test: a, interval: 1m30s, start_period: 5s, retries: 4}");
        let check = check.health_check.unwrap().value;
        assert_eq!(check.interval, Some(SignedDuration::from_secs(90)));
        assert_eq!(check.start_period, Some(SignedDuration::from_secs(5)));
        assert_eq!(check.retries, Some(4));
    }
}
