//! Which service needs which, from the labels that Compose 2 leaves or from what the look read of the Compose files.

use std::collections::{BTreeMap, BTreeSet};

use ptctl_diagnosis::{
    dependency::{Condition, Dependency},
    observed::Observed,
    snapshot::{Container, Snapshot},
};

/// Which service needs which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependencies {
    needs: BTreeMap<String, BTreeSet<String>>,
    jobs: BTreeSet<String>,
    unknown: Option<String>,
}

impl Dependencies {
    /// From the labels of the project's containers; where none has one, from the Compose files.
    pub fn of_stack(snapshot: &Snapshot) -> Self {
        let mut dependencies = Self::default();
        for container in &snapshot.containers {
            dependencies.add_labels(container, snapshot);
        }
        if !dependencies.needs.is_empty() {
            return dependencies;
        }
        match &snapshot.compose {
            Observed::Known(project) => {
                for service in &project.services {
                    for needed in &service.depends_on {
                        dependencies.add(&service.name, &needed.service, needed.condition);
                    }
                }
            }
            // Without Compose there is no order to know.
            Observed::Unknown(_) if snapshot.stack.project.is_none() => {}
            Observed::Unknown(gap) => dependencies.unknown = Some(gap.reason.clone()),
        }
        dependencies
    }

    /// The services that `service` needs, directly or through others.
    pub fn of(&self, service: &str) -> BTreeSet<&str> {
        let mut all = BTreeSet::new();
        let mut waiting = vec![service];
        while let Some(next) = waiting.pop() {
            for needed in self.needs.get(next).into_iter().flatten() {
                if all.insert(needed.as_str()) {
                    waiting.push(needed);
                }
            }
        }
        all
    }

    /// Whether others wait for a service to end: it is a job.
    pub fn is_job(&self, service: &str) -> bool {
        self.jobs.contains(service)
    }

    /// Why nobody knows who needs whom.
    pub fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    fn add_labels(&mut self, container: &Container, snapshot: &Snapshot) {
        let Some(service) = &container.service else {
            return;
        };
        if container.project != snapshot.stack.project {
            return;
        }
        for needed in Dependency::of(container) {
            self.add(service, needed.service, needed.condition);
        }
    }

    fn add(&mut self, service: &str, needed: &str, condition: Condition) {
        let needs = self.needs.entry(service.to_owned()).or_default();
        needs.insert(needed.to_owned());
        if condition == Condition::Completed {
            self.jobs.insert(needed.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::{
        fixtures,
        observed::{Gap, Probe},
        snapshot::ComposeDependency,
        subject::Subject,
    };

    use super::*;

    #[test]
    fn what_the_look_read_of_the_files_counts_where_no_container_has_a_label() {
        let mut snapshot = fixtures::healthy();
        let Observed::Known(project) = &mut snapshot.compose else {
            unreachable!()
        };
        for (service, needed, condition) in [
            ("scraper", "controller", Condition::Started),
            ("controller", "migrations", Condition::Completed),
        ] {
            let service = project
                .services
                .iter_mut()
                .find(|known| known.name == service);
            service.unwrap().depends_on = vec![ComposeDependency {
                service: needed.to_owned(),
                condition,
            }];
        }
        let dependencies = Dependencies::of_stack(&snapshot);
        assert!(
            dependencies
                .of("scraper")
                .into_iter()
                .eq(["controller", "migrations"])
        );
        assert!(dependencies.is_job("migrations"));
        assert_eq!(dependencies.unknown(), None);
    }

    #[test]
    fn files_that_could_not_be_read_leave_the_order_unknown() {
        let mut snapshot = fixtures::healthy();
        let reason = "no file of the project is on this machine";
        snapshot.compose =
            Observed::Unknown(Gap::new(Probe::ComposeFiles, Subject::Engine, reason));
        let dependencies = Dependencies::of_stack(&snapshot);
        assert_eq!(dependencies.unknown(), Some(reason));
    }
}
