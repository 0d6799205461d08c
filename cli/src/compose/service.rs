//! One service of the merged files.

use std::path::Path;

use ptctl_diagnosis::{
    dependency::Condition,
    redact,
    snapshot::{Beyond, ComposeDependency, ComposeService, ComposeText, RestartPolicy},
};

use super::{
    environment::environment,
    forms,
    interpolate::Filled,
    mounts::{Completeness, mounts},
    networks::networking,
    ports,
    read::Files,
    run::run,
    tree::{Field, Tree},
    variables::Variables,
    words::words,
};

/// Keys that mount files by rules of their own.
const OTHER_MOUNTS: [&str; 3] = ["configs", "secrets", "volumes_from"];

/// What every service of a project shares.
pub(super) struct Shared<'p> {
    /// The merged files.
    pub(super) project: &'p Tree,
    /// The project's name.
    pub(super) name: &'p str,
    /// The folder that relative paths start from.
    pub(super) folder: &'p Path,
    /// The variables of `.env`.
    pub(super) variables: &'p Variables,
}

/// A service as the files describe it; what is not followed is added to `beyond`.
pub(super) fn service(
    field: &Field,
    shared: &Shared<'_>,
    files: &mut Files,
    beyond: &mut Vec<Beyond>,
) -> ComposeService {
    let tree = &field.tree;
    let variables = shared.variables;
    let text = |name: &str| tree.get(name).and_then(|value| filled(value, variables));
    let found = mounts(tree, shared.project, shared.name, shared.folder, variables);
    if let Some(extends) = tree.field("extends") {
        beyond.push(Beyond {
            construct: "extends".to_owned(),
            service: Some(field.name.clone()),
            location: extends.location.clone(),
        });
    }
    ComposeService {
        name: field.name.clone(),
        location: field.location.clone(),
        image: text("image"),
        build: tree.field("build").map(|build| build.location.clone()),
        container_name: text("container_name"),
        environment: environment(&field.name, tree, shared.folder, variables, files, beyond),
        command: tree.get("command").and_then(|tree| words(tree, variables)),
        entrypoint: tree
            .get("entrypoint")
            .and_then(|tree| words(tree, variables)),
        ports: ports::published(tree, variables),
        exposed_ports: ports::exposed(tree, variables),
        mounts: found.mounts,
        network: networking(tree, shared.project, shared.name, variables),
        extra_hosts: pairs(tree, "extra_hosts", variables)
            .into_iter()
            .map(|(name, address)| format!("{name}:{address}"))
            .collect(),
        depends_on: tree.get("depends_on").map_or_else(Vec::new, dependencies),
        labels: pairs(tree, "labels", variables)
            .into_iter()
            .map(|(name, value)| {
                let value = redact::value(&name, &value);
                (name, value)
            })
            .collect(),
        profiles: tree
            .get("profiles")
            .map_or(&[][..], Tree::items)
            .iter()
            .filter_map(|profile| profile.text().map(str::to_owned))
            .collect(),
        replicas: tree
            .at(&["deploy", "replicas"])
            .or_else(|| tree.get("scale"))
            .and_then(|count| value(count, variables)?.parse().ok()),
        restart_policy: restart_policy(tree.get("restart").and_then(Tree::text)),
        memory_limit: tree
            .get("mem_limit")
            .or_else(|| tree.at(&["deploy", "resources", "limits", "memory"]))
            .and_then(|limit| bytes(&value(limit, variables)?)),
        run: run(tree, variables),
        log_driver: tree
            .at(&["logging", "driver"])
            .and_then(|driver| value(driver, variables)),
        mounts_elsewhere: found.complete == Completeness::InPart
            || OTHER_MOUNTS.iter().any(|key| tree.get(key).is_some()),
    }
}

/// `depends_on`, as a list of names or with a condition for each; one that Compose does not know is left out.
fn dependencies(tree: &Tree) -> Vec<ComposeDependency> {
    let named = tree.items().iter().filter_map(Tree::text).map(|service| {
        let condition = Condition::default();
        ComposeDependency {
            service: service.to_owned(),
            condition,
        }
    });
    let with_condition = tree.fields().iter().filter_map(|field| {
        let condition = match field.tree.get("condition").and_then(Tree::text) {
            Some(word) => Condition::of(word)?,
            None => Condition::default(),
        };
        Some(ComposeDependency {
            service: field.name.clone(),
            condition,
        })
    });
    named.chain(with_condition).collect()
}

fn filled(tree: &Tree, variables: &Variables) -> Option<ComposeText> {
    let text = tree.text()?;
    Some(Filled::of(text, variables).redacted("", tree.location.clone()))
}

fn value(tree: &Tree, variables: &Variables) -> Option<String> {
    Filled::of(tree.text()?, variables)
        .value()
        .map(str::to_owned)
}

/// Names and values of a map or list; those whose value only a shell knows are left out.
fn pairs(service: &Tree, key: &str, variables: &Variables) -> Vec<(String, String)> {
    let Some(tree) = service.get(key) else {
        return Vec::new();
    };
    forms::pairs(tree.clone())
        .fields()
        .iter()
        .filter_map(|field| {
            let text = field.tree.text().unwrap_or_default();
            let filled = Filled::of(text, variables);
            Some((field.name.clone(), filled.value()?.to_owned()))
        })
        .collect()
}

fn restart_policy(text: Option<&str>) -> RestartPolicy {
    match text {
        Some("always") => RestartPolicy::Always,
        Some("unless-stopped") => RestartPolicy::UnlessStopped,
        Some(text) if text.starts_with("on-failure") => RestartPolicy::OnFailure,
        Some(_) | None => RestartPolicy::No,
    }
}

/// A size as Docker reads it: `512m`, `1GiB`, `1073741824`.
fn bytes(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(lower.len());
    let (number, unit) = lower.split_at(digits);
    let shift = match unit.trim().trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::document::Document;

    use super::*;

    #[test]
    fn what_a_service_waits_for_is_read_in_both_forms() {
        let read = |text: &str| -> Vec<(String, Condition)> {
            let document = Document::read("compose.yml", text).unwrap();
            dependencies(&Tree::of(&document))
                .into_iter()
                .map(|dependency| (dependency.service, dependency.condition))
                .collect()
        };
        let waits = |service: &str, condition| (service.to_owned(), condition);
        assert_eq!(
            read("[tempo, db]"),
            [
                waits("tempo", Condition::Started),
                waits("db", Condition::Started)
            ]
        );
        assert_eq!(
            read(
                "tempo: {condition: service_healthy}\njob: {condition: service_completed_successfully}\ndb:\nodd: {condition: service_asleep}\n"
            ),
            [
                waits("tempo", Condition::Healthy),
                waits("job", Condition::Completed),
                waits("db", Condition::Started)
            ]
        );
    }
}
