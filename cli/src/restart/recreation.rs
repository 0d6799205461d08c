//! Making containers anew, which Compose alone does, and only where it is asked for.

use ptctl_diagnosis::{
    commands, compose_label,
    snapshot::{Container, Snapshot},
};

use super::StopGrace;

/// Whether containers are made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recreation {
    /// Never: what changed is shown.
    Never,
    /// Where something changed that a restart does not apply.
    WhereChanged,
}

/// The words of the command by which Compose makes a service anew, with as many containers as it has: without that it
/// removes those that were added by hand. It gives as long to stop as a restart does.
pub(super) fn recreate_words(
    container: &Container,
    stop_grace: StopGrace,
    snapshot: &Snapshot,
) -> Option<Vec<String>> {
    let mut words = commands::recreate_words(container)?;
    let is_another = |other: &&Container| {
        other.service == container.service
            && other.project == container.project
            && other.label(compose_label::ONE_OFF) != Some("True")
    };
    let count = snapshot.containers.iter().filter(is_another).count();
    if let (Some(service), true) = (&container.service, count > 1) {
        add_option(&mut words, "--scale", format!("{service}={count}"));
    }
    if stop_grace.is_raised() {
        add_option(
            &mut words,
            "--timeout",
            stop_grace.given.as_secs().to_string(),
        );
    }
    Some(words)
}

/// Adds an option to a command of Compose, before the service's name, which stands last.
fn add_option(words: &mut Vec<String>, option: &str, value: String) {
    let at = words.len().saturating_sub(1);
    words.splice(at..at, [option.to_owned(), value]);
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::fixtures;

    use super::*;

    #[test]
    fn a_service_keeps_as_many_containers_as_it_has() {
        let mut snapshot = fixtures::healthy();
        let words = |snapshot: &Snapshot| {
            let mut containers = snapshot.containers.iter();
            let scraper =
                containers.find(|container| container.service.as_deref() == Some("scraper"));
            let scraper = scraper.unwrap();
            commands::shown(&recreate_words(scraper, StopGrace::own(scraper), snapshot).unwrap())
        };
        assert!(words(&snapshot).ends_with(" up --detach --no-deps scraper"));
        let mut second = snapshot.service_mut("scraper").clone();
        second.name.push('2');
        snapshot.containers.push(second.clone());
        let both = words(&snapshot);
        assert!(
            both.ends_with(" --no-deps --scale scraper=2 scraper"),
            "{both}"
        );
        let one_off = (compose_label::ONE_OFF.to_owned(), "True".to_owned());
        second.labels.push(one_off);
        snapshot.containers.push(second);
        assert_eq!(words(&snapshot), both);
    }
}
