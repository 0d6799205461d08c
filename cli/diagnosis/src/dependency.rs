//! What a container waits for before it starts, as Compose notes it in a label.

use serde::{Deserialize, Serialize};

use crate::{compose_label::DEPENDS_ON, snapshot::Container};

/// One service that another one waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependency<'c> {
    /// The service that is waited for.
    pub service: &'c str,
    /// What it is waited for to be.
    pub condition: Condition,
}

/// What a service is waited for to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Started.
    #[default]
    Started,
    /// Healthy by its own health check.
    Healthy,
    /// Ended with success.
    Completed,
}

impl Condition {
    /// The condition of this word; `None` for one that Compose does not know.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Started, Self::Healthy, Self::Completed]
            .into_iter()
            .find(|condition| condition.word() == word)
    }

    /// Its word in a Compose file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Started => "service_started",
            Self::Healthy => "service_healthy",
            Self::Completed => "service_completed_successfully",
        }
    }
}

impl<'c> Dependency<'c> {
    /// What a container waits for; nothing where Compose did not make it, or an older one that sets no label.
    pub fn of(container: &'c Container) -> impl Iterator<Item = Self> {
        let label = container.label(DEPENDS_ON).unwrap_or_default();
        label.split(',').filter_map(|entry| {
            let mut parts = entry.trim().split(':');
            let service = parts.next().filter(|service| !service.is_empty())?;
            let condition = match parts.next() {
                Some(word) => Condition::of(word)?,
                None => Condition::default(),
            };
            Some(Self { service, condition })
        })
    }

    /// Whether this container is one that is waited for by `waiting`, of whose labels this was read.
    pub fn is_on(self, other: &Container, waiting: &Container) -> bool {
        other.project == waiting.project && other.service.as_deref() == Some(self.service)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures;

    fn read(label: &str) -> Vec<(String, Condition)> {
        let mut snapshot = fixtures::healthy();
        let container = snapshot.service_mut("scraper");
        container
            .labels
            .push((DEPENDS_ON.to_owned(), label.to_owned()));
        Dependency::of(container)
            .map(|dependency| (dependency.service.to_owned(), dependency.condition))
            .collect()
    }

    #[test]
    fn the_label_of_compose_is_read_entry_by_entry() {
        assert_eq!(
            read("tempo:service_healthy:false,db:service_completed_successfully:true,web"),
            [
                ("tempo".to_owned(), Condition::Healthy),
                ("db".to_owned(), Condition::Completed),
                ("web".to_owned(), Condition::Started),
            ]
        );
        assert_eq!(read(""), []);
    }

    proptest! {
        #[test]
        fn no_label_is_too_strange(label in "[a-z_:,é ]{0,60}") {
            read(&label);
        }
    }
}
