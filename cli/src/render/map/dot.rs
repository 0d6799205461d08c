//! A map for Graphviz (<https://graphviz.org/doc/info/lang.html>).

use ptctl_diagnosis::{
    printable::printable,
    trace::{
        PeerKind,
        calls::{CallWay, Callee},
        service_map::Node,
    },
};

use super::{Mapped, label};

impl Mapped {
    /// The map as a graph of Graphviz.
    pub(crate) fn dot(&self) -> String {
        let mut lines = vec![
            "digraph services {".to_owned(),
            "  rankdir=LR;".to_owned(),
            "  node [shape=box];".to_owned(),
        ];
        for (number, node) in self.map.nodes.iter().enumerate() {
            let label = quoted(&label::of_node(self, node));
            lines.push(format!("  n{number} [label={label}{}];", shape(node)));
        }
        for edge in &self.map.edges {
            let label = quoted(&label::of_edge(self, edge));
            let style = match edge.way {
                CallWay::Request => "",
                CallWay::Message => ", style=dashed",
            };
            let colour = if edge.figures.errors > 0 {
                ", color=red"
            } else {
                ""
            };
            let (from, to) = (edge.from, edge.to);
            lines.push(format!(
                "  n{from} -> n{to} [label={label}{style}{colour}];"
            ));
        }
        lines.push("}\n".to_owned());
        lines.join("\n")
    }
}

fn shape(node: &Node) -> &'static str {
    match &node.who {
        Callee::Service(_) => "",
        Callee::Peer(peer) => match peer.kind {
            PeerKind::Database => ", shape=cylinder",
            PeerKind::Messaging => ", shape=cds",
            PeerKind::Server => ", shape=ellipse",
        },
    }
}

/// Lines in double quotes. Graphviz reads escapes and the names of characters in them.
fn quoted(lines: &[String]) -> String {
    let line = |line: &String| {
        printable(line)
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('&', "&amp;")
    };
    let lines: Vec<String> = lines.iter().map(line).collect();
    format!("\"{}\"", lines.join("\\n"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_name_ends_its_quotes_or_its_line(name in prop_oneof![any::<String>(), "[\"\\\\n&;]{0,9}"]) {
            let text = quoted(&[name]);
            let inner = text.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            let mut characters = inner.chars();
            while let Some(character) = characters.next() {
                prop_assert!(character != '"' && !character.is_control(), "{}", text);
                if character == '\\' {
                    prop_assert!(matches!(characters.next(), Some('\\' | '"')), "{}", text);
                }
            }
        }
    }
}
