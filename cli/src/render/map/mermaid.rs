//! A map for Mermaid (<https://mermaid.js.org/syntax/flowchart.html>).

use ptctl_diagnosis::{
    printable::printable,
    trace::{
        PeerKind,
        calls::{CallWay, Callee},
    },
};

use super::{Mapped, label};

impl Mapped {
    /// The map as a flowchart.
    pub(crate) fn mermaid(&self) -> String {
        let mut lines = vec!["flowchart LR".to_owned()];
        for (number, node) in self.map.nodes.iter().enumerate() {
            let (open, close) = match &node.who {
                Callee::Service(_) => ("[", "]"),
                Callee::Peer(peer) => match peer.kind {
                    PeerKind::Database => ("[(", ")]"),
                    PeerKind::Messaging => ("[[", "]]"),
                    PeerKind::Server => ("([", "])"),
                },
            };
            let label = quoted(&label::of_node(self, node));
            lines.push(format!("  n{number}{open}{label}{close}"));
        }
        let mut failing = Vec::new();
        for (number, edge) in self.map.edges.iter().enumerate() {
            let arrow = match edge.way {
                CallWay::Request => "-->",
                CallWay::Message => "-.->",
            };
            let label = quoted(&label::of_edge(self, edge));
            let (from, to) = (edge.from, edge.to);
            lines.push(format!("  n{from} {arrow}|{label}| n{to}"));
            if edge.figures.errors > 0 {
                failing.push(number.to_string());
            }
        }
        if !failing.is_empty() {
            lines.push(format!("  linkStyle {} stroke:red", failing.join(",")));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// Lines in double quotes. Mermaid knows no escapes there, but numbers and names of characters; it reads Markdown between
/// backticks.
fn quoted(lines: &[String]) -> String {
    let line = |line: &String| {
        let mut quoted = String::new();
        for character in printable(line).chars() {
            match character {
                '"' | '#' | '&' | '<' | '>' | '`' | '\\' => {
                    let number = format!("#{};", u32::from(character));
                    quoted.push_str(&number);
                }
                plain => quoted.push(plain),
            }
        }
        quoted
    };
    let lines: Vec<String> = lines.iter().map(line).collect();
    format!("\"{}\"", lines.join("<br/>"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_name_ends_its_quotes_or_its_line(name in prop_oneof![any::<String>(), "[\"\\\\#`<>&;]{0,9}"]) {
            let text = quoted(&[name]);
            let inner = text.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            prop_assert!(!inner.contains(['"', '<', '>', '&', '`', '\\']), "{}", text);
            prop_assert!(!inner.chars().any(char::is_control), "{}", text);
        }
    }
}
