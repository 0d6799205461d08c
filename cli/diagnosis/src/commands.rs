//! Commands for people, with the names of this stack: those that a remedy offers, and Compose's own.

use crate::{
    compose_label,
    finding::{Deed, Remedy},
    snapshot::Container,
};

/// Restarts a container as it is.
pub fn restart(container: &Container) -> String {
    format!("docker restart {}", quoted(&container.name))
}

/// Starts a stopped container as it is.
pub fn start(container: &Container) -> String {
    format!("docker start {}", quoted(&container.name))
}

/// Reads the end of a container's log.
pub fn logs(container: &Container) -> String {
    format!("docker logs --tail 50 {}", quoted(&container.name))
}

/// The remedy for a container that ended and that nothing else has to be done to.
pub(crate) fn start_it(container: &Container) -> Remedy {
    Remedy::run(
        "start it, and read its log if it ends again",
        start(container),
    )
    .doing(Deed::Start {
        container: container.id.clone(),
    })
}

/// The remedy for a frozen container.
pub(crate) fn thaw(container: &Container) -> Remedy {
    Remedy::run(
        "thaw the container",
        format!("docker unpause {}", quoted(&container.name)),
    )
    .doing(Deed::Unpause {
        container: container.id.clone(),
    })
}

/// Recreates a service through Compose, so that a changed file takes effect; `None` without Compose.
pub fn recreate(container: &Container) -> Option<String> {
    Some(shown(&recreate_words(container)?))
}

/// The words of the command that recreates a service through Compose; `None` without Compose.
pub fn recreate_words(container: &Container) -> Option<Vec<String>> {
    let service = container.service.as_ref()?;
    let mut words = compose(container)?;
    words.extend(["up", "--detach", "--no-deps", service].map(str::to_owned));
    Some(words)
}

/// A command as a POSIX shell takes it.
pub fn shown(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// Starts services of the same project through Compose, named with blanks between; `None` without Compose.
pub fn up(neighbour: &Container, services: &str) -> Option<String> {
    Some(format!(
        "{} up --detach {services}",
        shown(&compose(neighbour)?)
    ))
}

/// Starts a service that waits behind a profile; `None` without Compose.
pub fn up_with_profile(neighbour: &Container, service: &str, profile: &str) -> Option<String> {
    Some(format!(
        "{} --profile {} up --detach {}",
        shown(&compose(neighbour)?),
        quoted(profile),
        quoted(service)
    ))
}

/// The Compose that made the container, with its files, so that the command does the same in any folder: 1.x is a
/// program of its own, 2.x and later a plug-in of `docker`.
fn compose(container: &Container) -> Option<Vec<String>> {
    let project = container.project.as_ref()?;
    let program: &[&str] = match container.label(compose_label::VERSION) {
        Some(version) if version.starts_with("1.") => &["docker-compose"],
        Some(_) | None => &["docker", "compose"],
    };
    let mut words: Vec<String> = program.iter().map(|word| (*word).to_owned()).collect();
    let folder = container.label(compose_label::WORKING_DIR);
    for (option, label) in [
        ("--file", compose_label::CONFIG_FILES),
        ("--env-file", compose_label::ENV_FILES),
    ] {
        let files = container.label(label).into_iter();
        let files = files.flat_map(|files| files.split(','));
        for file in files.filter(|file| !file.is_empty()) {
            words.push(option.to_owned());
            words.push(match folder {
                Some(folder) if !file.starts_with('/') => format!("{folder}/{file}"),
                Some(_) | None => file.to_owned(),
            });
        }
    }
    words.extend(["--project-name".to_owned(), project.clone()]);
    Some(words)
}

/// A word as a POSIX shell takes it, in quotes only where it needs them.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@%+=,".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn scraper(labels: &[(&str, &str)]) -> Container {
        let mut snapshot = fixtures::healthy();
        let container = snapshot.service_mut("scraper");
        container.labels = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        container.clone()
    }

    #[test]
    fn a_command_of_compose_names_the_files_that_the_project_was_started_from() {
        let container = scraper(&[
            ("com.docker.compose.version", "2.26.1"),
            ("com.docker.compose.project.working_dir", "/srv/my shop"),
            (
                "com.docker.compose.project.config_files",
                "/srv/my shop/compose.yml,extra.yml",
            ),
        ]);
        assert_eq!(
            recreate(&container).unwrap(),
            "docker compose --file '/srv/my shop/compose.yml' --file '/srv/my shop/extra.yml' \
             --project-name shop up --detach --no-deps scraper"
        );
    }

    #[test]
    fn without_labels_of_files_the_command_is_for_the_folder_of_the_project() {
        let container = scraper(&[("com.docker.compose.version", "1.29.2")]);
        assert_eq!(
            recreate(&container).unwrap(),
            "docker-compose --project-name shop up --detach --no-deps scraper"
        );
    }

    #[test]
    fn a_word_of_the_shell_cannot_end_its_quotes() {
        assert_eq!(quoted("it's; rm -rf x"), r"'it'\''s; rm -rf x'");
        assert_eq!(quoted("shop_web_1"), "shop_web_1");
        assert_eq!(quoted(""), "''");
    }
}
