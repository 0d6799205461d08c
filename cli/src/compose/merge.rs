//! Several Compose files become one, by Compose's rules: <https://docs.docker.com/reference/compose-file/merge/>.

use super::{
    forms::{listed, names, pairs, target},
    tree::{Tree, TreeValue},
};

/// Keys of a service that may be a list of `name=value` and are merged by name.
const PAIRS: [&str; 5] = [
    "environment",
    "labels",
    "extra_hosts",
    "sysctls",
    "annotations",
];
/// Keys of a service that may be a list of names and are merged by name.
const NAMES: [&str; 2] = ["networks", "depends_on"];
/// Keys of a service whose value is never joined with an earlier one.
const REPLACED: [&str; 2] = ["command", "entrypoint"];
/// Keys of a service whose items are told apart by their path in the container.
const BY_TARGET: [&str; 2] = ["volumes", "devices"];

/// The project that `over` makes of `base`.
pub(super) fn merge(base: Tree, over: Tree) -> Tree {
    maps(base, over, |name, base, over| match name {
        "services" => maps(base, over, |_, base, over| maps(base, over, service_key)),
        _ => deep(base, over),
    })
}

/// The union of two maps, where `both` decides on a key that stands in both; anything but two maps is replaced.
fn maps(base: Tree, over: Tree, both: impl Fn(&str, Tree, Tree) -> Tree) -> Tree {
    let location = base.location.clone();
    match (base.value, over.value) {
        (TreeValue::Map(mut fields), TreeValue::Map(later)) => {
            for field in later {
                match fields.iter().position(|known| known.name == field.name) {
                    Some(at) => {
                        let known = fields[at].tree.clone();
                        fields[at].tree = both(&field.name, known, field.tree);
                    }
                    None => fields.push(field),
                }
            }
            Tree::new(TreeValue::Map(fields), location)
        }
        (value, TreeValue::Null) => Tree {
            value,
            tag: base.tag,
            location,
        },
        (_, value) => Tree {
            value,
            tag: over.tag,
            location: over.location,
        },
    }
}

fn deep(base: Tree, over: Tree) -> Tree {
    match (&base.value, &over.value) {
        (TreeValue::List(_), TreeValue::List(_)) => appended(base, over),
        _ => maps(base, over, |_, base, over| deep(base, over)),
    }
}

fn service_key(name: &str, base: Tree, over: Tree) -> Tree {
    if REPLACED.contains(&name) {
        return over;
    }
    if PAIRS.contains(&name) {
        return maps(pairs(base), pairs(over), |_, _, over| over);
    }
    if NAMES.contains(&name) {
        return maps(names(base), names(over), |_, base, over| deep(base, over));
    }
    if BY_TARGET.contains(&name) {
        return by_target(base, over);
    }
    match name {
        "env_file" | "tmpfs" | "dns" | "dns_search" => appended(listed(base), listed(over)),
        // The options of one driver mean nothing to another.
        "logging"
            if over
                .get("driver")
                .is_some_and(|driver| base.get("driver").and_then(Tree::text) != driver.text()) =>
        {
            over
        }
        "healthcheck" => maps(base, over, |_, _, over| over),
        _ => deep(base, over),
    }
}

fn appended(base: Tree, over: Tree) -> Tree {
    match (base.value, over.value) {
        (TreeValue::List(mut items), TreeValue::List(more)) => {
            for item in more {
                if items.iter().all(|known| !same(known, &item)) {
                    items.push(item);
                }
            }
            Tree::new(TreeValue::List(items), base.location)
        }
        (TreeValue::Null, value) => Tree::new(value, over.location),
        (value, _) => Tree::new(value, base.location),
    }
}

/// Whether two trees say the same, wherever they stand.
fn same(left: &Tree, right: &Tree) -> bool {
    match (&left.value, &right.value) {
        (TreeValue::Null, TreeValue::Null) => true,
        (TreeValue::Text(left), TreeValue::Text(right)) => left == right,
        (TreeValue::List(left), TreeValue::List(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (TreeValue::Map(left), TreeValue::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|field| {
                    right
                        .iter()
                        .any(|other| other.name == field.name && same(&field.tree, &other.tree))
                })
        }
        _ => false,
    }
}

fn by_target(base: Tree, over: Tree) -> Tree {
    match (base.value, over.value) {
        (TreeValue::List(mut items), TreeValue::List(more)) => {
            for item in more {
                items.retain(|known| target(known).is_none() || target(known) != target(&item));
                items.push(item);
            }
            Tree::new(TreeValue::List(items), base.location)
        }
        (TreeValue::Null, value) => Tree::new(value, over.location),
        (value, _) => Tree::new(value, base.location),
    }
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::document::Document;

    use super::*;

    fn shown(tree: &Tree) -> String {
        match &tree.value {
            TreeValue::Null => "~".to_owned(),
            TreeValue::Text(text) => text.clone(),
            TreeValue::List(items) => {
                let items: Vec<String> = items.iter().map(shown).collect();
                format!("[{}]", items.join(" "))
            }
            TreeValue::Map(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|field| format!("{}:{}", field.name, shown(&field.tree)))
                    .collect();
                format!("{{{}}}", fields.join(" "))
            }
        }
    }

    fn merged(key: &str, base: &str, over: &str) -> String {
        let tree = |file: &str, value: &str| {
            let text = format!("services: {{app: {{{key}: {value}}}}}");
            Tree::of(&Document::read(file, &text).unwrap())
        };
        let merged = merge(tree("a.yml", base), tree("b.yml", over));
        shown(merged.at(&["services", "app", key]).unwrap())
    }

    #[test]
    fn every_key_is_merged_by_its_own_rule() {
        for (key, base, over, result) in [
            ("image", "a", "b", "b"),
            ("command", "[a, b]", "[c]", "[c]"),
            ("entrypoint", "a b", "[c]", "[c]"),
            ("environment", "{A: 1, B: 2}", "{B: 3}", "{A:1 B:3}"),
            ("environment", "['A=1', B]", "{B: 3, C: }", "{A:1 B:3 C:~}"),
            ("labels", "['a=1']", "['a=2', 'b=x=y']", "{a:2 b:x=y}"),
            ("ports", "['80:80']", "['80:80', '81:81']", "[80:80 81:81]"),
            (
                "volumes",
                "['a:/x', 'b:/y']",
                "['c:/x:ro']",
                "[b:/y c:/x:ro]",
            ),
            (
                "volumes",
                "['${A:-/a}:/x']",
                "[{type: bind, source: /b, target: /x}]",
                "[{type:bind source:/b target:/x}]",
            ),
            (
                "networks",
                "[a, b]",
                "{b: {aliases: [x]}, c: }",
                "{a:~ b:{aliases:[x]} c:~}",
            ),
            (
                "depends_on",
                "[a]",
                "{b: {condition: service_healthy}}",
                "{a:~ b:{condition:service_healthy}}",
            ),
            ("env_file", "a.env", "[b.env]", "[a.env b.env]"),
            (
                "logging",
                "{driver: json-file, options: {a: b}}",
                "{driver: none}",
                "{driver:none}",
            ),
            (
                "healthcheck",
                "{test: [a, b], retries: 1}",
                "{test: [c]}",
                "{test:[c] retries:1}",
            ),
            ("image", "a", "", "a"),
        ] {
            assert_eq!(merged(key, base, over), result, "{key}: {base} and {over}");
        }
    }

    #[test]
    fn a_merged_value_keeps_the_place_of_its_own_file() {
        let base = Document::read(
            "a.yml",
            "services:\n  app:\n    environment: {A: 1, B: 2}\n",
        );
        let over = Document::read(
            "b.yml",
            "services:\n  app:\n    environment:\n      - B=3\n",
        );
        let merged = merge(Tree::of(&base.unwrap()), Tree::of(&over.unwrap()));
        let place = |name| {
            let value = merged.at(&["services", "app", "environment", name]);
            value.unwrap().location.to_string()
        };
        assert_eq!(place("A"), "a.yml:3:22");
        assert_eq!(place("B"), "b.yml:4:9");
    }
}
