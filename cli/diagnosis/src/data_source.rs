//! Grafana's data sources, read from its provisioning files and from its API.

use crate::{
    document::{Document, Node, Value},
    finding::{Evidence, Location},
    redact,
    snapshot::{Container, DataSource, Grafana},
};

impl DataSource {
    /// The data sources that a provisioning file defines (`datasources:`), with the container's variables put in.
    pub fn of_provisioning(document: &Document, container: &Container) -> Vec<Self> {
        let list = document.at(&["datasources"]).map_or(&[][..], Node::items);
        list.iter()
            .filter_map(|entry| {
                let mut entry = entry.clone();
                expand(&mut entry, container);
                Self::read(&document.file, entry)
            })
            .collect()
    }

    /// The data sources in the answer of `/api/datasources`.
    pub fn of_api(document: &Document) -> Vec<Self> {
        let list = document.root.items();
        list.iter()
            .filter_map(|entry| Self::read(&document.file, entry.clone()))
            .collect()
    }

    fn read(file: &str, root: Node) -> Option<Self> {
        let entry = Document {
            file: file.to_owned(),
            root,
        }
        .redacted();
        let text = |name: &str| {
            let text = entry.at(&[name])?.text()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        Some(Self {
            uid: text("uid"),
            name: text("name")?,
            kind: text("type")?,
            url: text("url").map(|url| redact::text(&url)),
            entry,
        })
    }

    /// A setting below `jsonData`.
    pub fn setting(&self, path: &[&str]) -> Option<&Node> {
        self.entry.at(&["jsonData"])?.at(path)
    }

    /// A node of it as a proof.
    pub fn proof(&self, node: &Node, text: impl Into<String>) -> Evidence {
        Evidence::setting(self.entry.location(node), text)
    }

    /// Where it begins.
    pub fn location(&self) -> Location {
        self.entry.location(&self.entry.root)
    }
}

impl Grafana {
    /// Every data source that is known of: those of the files, and those that only the API knows.
    pub fn sources(&self) -> Vec<&DataSource> {
        let files = self.provisioned.known().map_or(&[][..], Vec::as_slice);
        let api = self.data_sources.known().map_or(&[][..], Vec::as_slice);
        let only_api = api
            .iter()
            .filter(|source| files.iter().all(|file| file.name != source.name));
        files.iter().chain(only_api).collect()
    }
}

/// Replaces `$NAME` and `${NAME}` by the container's variables; `$$` and what the container lacks stay as written.
fn expand(node: &mut Node, container: &Container) {
    match &mut node.value {
        Value::Null => {}
        Value::Scalar(text) => {
            for variable in &container.environment {
                // `$${NAME}` is Grafana's way to write `${NAME}` itself.
                let braced = format!("${{{}}}", variable.name);
                if text.contains(&braced) && !text.contains("$$") {
                    *text = text.replace(&braced, &variable.value);
                } else if *text == format!("${}", variable.name) {
                    text.clone_from(&variable.value);
                }
            }
        }
        Value::Sequence(items) => {
            for item in items {
                expand(item, container);
            }
        }
        Value::Mapping(entries) => {
            for (_, value) in entries {
                expand(value, container);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures,
        snapshot::{EnvironmentVariable, Role},
    };

    #[test]
    fn a_provisioned_source_knows_its_places_and_the_variables_of_its_container() {
        let mut container = fixtures::container("grafana", Role::Grafana);
        container.environment.push(EnvironmentVariable {
            name: "TEMPO_HOST".to_owned(),
            value: "tempo".to_owned(),
        });
        let text = concat!(
            "apiVersion: 1\n",
            "datasources:\n",
            "  - name: Tempo\n",
            "    type: tempo\n",
            "    url: http://${TEMPO_HOST}:3200\n",
            "    jsonData:\n",
            "      link: $${__value.raw}\n",
        );
        let document = Document::read("tempo.yaml", text).unwrap();
        let [source] = &DataSource::of_provisioning(&document, &container)[..] else {
            panic!("one source")
        };
        assert_eq!(source.url.as_deref(), Some("http://tempo:3200"));
        let link = source.setting(&["link"]).unwrap();
        assert_eq!(link.text(), Some("$${__value.raw}"));
        assert_eq!(
            source.entry.location(link),
            Location::new("tempo.yaml", 7, 13)
        );
    }
}
