//! What marks a project as the lab's: labels on everything, the lab's network, and the lab's answers to questions for names.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::json;

use crate::blueprint::{Blueprint, object};
use crate::identity::{LABEL, RunId};

/// The label on everything of one stack; its value is the project's name.
pub(crate) const STACK_LABEL: &str = "dev.ptctl.lab.stack";

/// What marks a project as the lab's.
#[derive(Debug, Clone)]
pub(crate) struct Marks {
    /// The run.
    pub(crate) run: RunId,
    /// The project's name.
    pub(crate) project: String,
    /// The network that services are on unless they say otherwise; it exists already.
    pub(crate) network: String,
    /// Who answers questions for names there, so that none leaves this machine.
    pub(crate) resolver: IpAddr,
}

impl Blueprint {
    /// The same project with the lab's labels on everything, on the lab's network, asking the lab for names.
    pub(crate) fn marked(&self, marks: &Marks) -> Self {
        let mut project = self.clone();
        let default = project.network("default");
        if default.is_empty() {
            default.insert("external".to_owned(), json!(true));
            default.insert("name".to_owned(), json!(marks.network));
        }
        let labels = BTreeMap::from([
            (LABEL.to_owned(), marks.run.to_string()),
            (STACK_LABEL.to_owned(), marks.project.clone()),
        ]);
        for section in ["services", "networks", "volumes"] {
            for part in project.section(section).values_mut() {
                let part = object(part);
                if part.contains_key("external") {
                    continue;
                }
                let own = object(part.entry("labels").or_insert_with(|| json!({})));
                own.extend(
                    labels
                        .iter()
                        .map(|(key, value)| (key.clone(), json!(value))),
                );
            }
        }
        for service in project.section("services").values_mut() {
            let resolver = || json!([marks.resolver]);
            object(service).entry("dns").or_insert_with(resolver);
        }
        project
    }
}
