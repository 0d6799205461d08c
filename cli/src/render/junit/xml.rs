//! As much of XML as a report needs: elements, attributes, text.

use ptctl_diagnosis::printable::printable;

/// One element.
pub(in crate::render) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    pub(in crate::render) fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            text: String::new(),
            children: Vec::new(),
        }
    }

    pub(in crate::render) fn attribute(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, escaped(value)));
        self
    }

    /// Several lines; each is escaped by itself, so that line ends stay.
    pub(in crate::render) fn text(mut self, text: &str) -> Self {
        let lines: Vec<String> = text.split('\n').map(escaped).collect();
        self.text = lines.join("\n");
        self
    }

    pub(in crate::render) fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    pub(in crate::render) fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// The whole document with this element as its root.
    pub(in crate::render) fn document(&self) -> String {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut text, 0);
        text
    }

    fn write(&self, text: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        text.extend([indent.as_str(), "<", self.name]);
        for (name, value) in &self.attributes {
            text.extend([" ", name, "=\"", value, "\""]);
        }
        if self.text.is_empty() && self.children.is_empty() {
            text.push_str("/>\n");
            return;
        }
        text.push('>');
        text.push_str(&self.text);
        if !self.children.is_empty() {
            text.push('\n');
            for child in &self.children {
                child.write(text, depth + 1);
            }
            text.push_str(&indent);
        }
        text.extend(["</", self.name, ">\n"]);
    }
}

/// The text without markup and without characters that XML 1.0 does not have.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => shown.push('\u{fffd}'),
            plain => shown.push(plain),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_becomes_markup() {
        let element = Element::new("failure")
            .attribute("message", "\"<a>\" & \u{1b}[0m\u{0}\u{fffe}")
            .text("]]> one\ntwo");
        assert_eq!(
            element.document(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <failure message=\"&quot;&lt;a&gt;&quot; &amp; \\u{1b}[0m\\u{0}\u{fffd}\">]]&gt; one\ntwo</failure>\n"
        );
    }
}
