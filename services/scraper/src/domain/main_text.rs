//! The main text of a page: what a reader came for, without menus, forms and footers.
//!
//! The page's own word is taken first: a single `<article>`, or `<main>`. Where there is none, paragraphs vote for
//! the element that holds them, by length and by how little of them is link text. Every pass is linear in the size
//! of the page, however it is nested.

use std::collections::HashMap;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use html::{ElementRef, Html, Node};

/// A page's own main element must hold this much to be believed, in bytes.
const BELIEVABLE: usize = 140;

/// A paragraph must hold this much to vote, in bytes.
const VOTING: usize = 40;

/// The main text: paragraphs separated by line breaks, white space collapsed.
pub fn extract(document: &Html) -> String {
    let declared = || declared(document).map(|element| read(element, Chrome::Keep));
    let elected = || elected(document).map(|element| read(element, Chrome::Skip));
    let body =
        |chrome| find(document, |name, _role| name == "body").map(|element| read(element, chrome));
    let not_empty = |text: &String| !text.is_empty();
    declared()
        .filter(|text| text.len() >= BELIEVABLE)
        .or_else(|| elected().filter(not_empty))
        .or_else(|| body(Chrome::Skip).filter(not_empty))
        .or_else(|| body(Chrome::Keep))
        .unwrap_or_default()
}

/// All white space runs as one space, without any at the ends, and no control characters.
pub fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    append(&mut collapsed, text);
    collapsed.truncate(collapsed.trim_end().len());
    collapsed
}

/// Whether the parts around the content (headers, navigation, footers) are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chrome {
    Keep,
    Skip,
}

/// The first element whose name and role match.
fn find(document: &Html, matches: fn(&str, Option<&str>) -> bool) -> Option<ElementRef<'_>> {
    matching(document, matches).next()
}

fn matching(
    document: &Html,
    matches: fn(&str, Option<&str>) -> bool,
) -> impl Iterator<Item = ElementRef<'_>> {
    let elements = document.tree.nodes().filter_map(ElementRef::wrap);
    elements.filter(move |element| matches(element.value().name(), element.attr("role")))
}

/// The element that the page itself calls its main one, if it calls only one so.
fn declared(document: &Html) -> Option<ElementRef<'_>> {
    let only = |matches| {
        let mut found = matching(document, matches);
        found.next().filter(|_first| found.next().is_none())
    };
    only(|name, _role| name == "article")
        .or_else(|| only(|name, role| name == "main" || role == Some("main")))
}

/// A paragraph under way: how much text it holds itself, and how much of that is in links.
struct Paragraph {
    element: NodeId,
    text: usize,
    linked: usize,
}

/// The element whose paragraphs have the most votes.
fn elected(document: &Html) -> Option<ElementRef<'_>> {
    let mut votes: HashMap<NodeId, usize> = HashMap::new();
    let mut open: Vec<Paragraph> = Vec::new();
    let mut links = 0_usize;
    for edge in document.tree.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(text) => {
                    if let Some(paragraph) = open.last_mut() {
                        paragraph.text += text.trim().len();
                        paragraph.linked += if links > 0 { text.trim().len() } else { 0 };
                    }
                }
                Node::Element(element) if element.name() == "a" => links += 1,
                Node::Element(element) if is_paragraph(element.name()) => {
                    open.push(Paragraph {
                        element: node.id(),
                        text: 0,
                        linked: 0,
                    });
                }
                _ => {}
            },
            Edge::Close(node) => {
                if node
                    .value()
                    .as_element()
                    .is_some_and(|element| element.name() == "a")
                {
                    links -= 1;
                }
                if open
                    .last()
                    .is_some_and(|paragraph| paragraph.element == node.id())
                    && let Some(paragraph) = open.pop()
                    && paragraph.text >= VOTING
                {
                    let vote = paragraph.text.saturating_sub(2 * paragraph.linked);
                    for (ancestor, share) in node.ancestors().take(2).zip([vote, vote / 2]) {
                        *votes.entry(ancestor.id()).or_default() += share;
                    }
                }
            }
        }
    }
    // In document order, so that of equal elements always the first one wins.
    let elements = document.tree.nodes().filter_map(ElementRef::wrap);
    let ranked = elements.filter_map(|element| Some((votes.get(&element.id()).copied()?, element)));
    ranked
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_votes, element)| element)
}

/// Reads the text below `root` in document order.
fn read(root: ElementRef<'_>, chrome: Chrome) -> String {
    let mut text = String::new();
    let mut skipped = None;
    for edge in root.traverse() {
        match edge {
            Edge::Open(_) if skipped.is_some() => {}
            Edge::Open(node) => match node.value() {
                Node::Text(content) => append(&mut text, content),
                Node::Element(element) => {
                    let hidden = element.attr("hidden").is_some()
                        || element.attr("aria-hidden") == Some("true");
                    if node.id() != root.id() && (hidden || is_skipped(element.name(), chrome)) {
                        skipped = Some(node.id());
                    }
                    break_line(&mut text, element.name());
                }
                _ => {}
            },
            Edge::Close(node) => {
                if skipped == Some(node.id()) {
                    skipped = None;
                }
                if let Some(element) = node.value().as_element().filter(|_| skipped.is_none()) {
                    break_line(&mut text, element.name());
                }
            }
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// Appends text with its white space collapsed, also across calls.
fn append(text: &mut String, content: &str) {
    for letter in content.chars() {
        if letter.is_whitespace() {
            if !text.is_empty() && !text.ends_with([' ', '\n']) {
                text.push(' ');
            }
        } else if !letter.is_control() {
            text.push(letter);
        }
    }
}

/// Ends the line where the element begins or ends one.
fn break_line(text: &mut String, name: &str) {
    if is_inline(name) {
        return;
    }
    text.truncate(text.trim_end_matches(' ').len());
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn is_paragraph(name: &str) -> bool {
    matches!(name, "p" | "pre" | "blockquote")
}

fn is_skipped(name: &str, chrome: Chrome) -> bool {
    let never_text = matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "iframe"
            | "object"
            | "svg"
            | "canvas"
            | "audio"
            | "video"
            | "button"
            | "select"
            | "textarea"
            | "dialog"
            | "nav"
    );
    never_text || (chrome == Chrome::Skip && matches!(name, "header" | "footer" | "aside" | "form"))
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LONG: &str = "A paragraph that is long enough to be taken for what the page is about, and for nothing else.";

    fn text(page: &str) -> String {
        extract(&Html::parse_document(page))
    }

    #[test]
    fn menus_scripts_and_footers_are_left_out() {
        let page = format!(
            "<header>Site</header><nav><a href=/>Home</a></nav><div><h1>Title</h1><p>{LONG}</p><script>x()</script>\
             <p>{LONG}</p></div><footer>Imprint</footer>"
        );
        assert_eq!(text(&page), format!("Title\n{LONG}\n{LONG}"));
    }

    #[test]
    fn a_single_article_is_taken_at_its_word() {
        let page = format!(
            "<div><p>{LONG}</p><p>{LONG}</p></div><article><p>{LONG}</p><p>Second, {LONG}</p></article>"
        );
        assert_eq!(text(&page), format!("{LONG}\nSecond, {LONG}"));
    }

    #[test]
    fn a_list_of_links_loses_against_a_paragraph() {
        let links = format!("<p><a href=/>{LONG}</a></p>").repeat(5);
        assert_eq!(
            text(&format!("<div>{links}</div><div><p>{LONG}</p></div>")),
            LONG
        );
    }

    #[test]
    fn inline_elements_do_not_break_words_and_white_space_collapses() {
        assert_eq!(
            text("<p>un<b>believ</b>able \n\t <i> story</i><br>next"),
            "unbelievable story\nnext"
        );
    }

    #[test]
    fn hidden_parts_are_not_text() {
        assert_eq!(
            text("<p>seen<span hidden>unseen</span><span aria-hidden=true>unseen</span>"),
            "seen"
        );
    }

    #[test]
    fn a_page_of_nothing_but_a_form_still_has_its_text() {
        assert_eq!(text("<form><label>Name</label></form>"), "Name");
    }

    proptest! {
        #[test]
        fn text_has_no_runs_of_white_space_and_no_control_characters(
            page in "(<(p|b|div|a|/p|/div|pre|script|nav)>|[a-z \n\u{0}\u{7}]){0,80}"
        ) {
            let text = text(&page);
            prop_assert!(!text.contains("  ") && !text.contains("\n\n") && text.trim() == text, "{text:?}");
            prop_assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text:?}");
        }
    }
}
