//! What single elements of a page say: `<title>`, `<meta>`, `<a>`, `<img>` and their like, within limits.

use std::collections::{BTreeMap, HashSet};

use html::{ElementRef, Html};
use serde::Serialize;
use url::Url;

use super::main_text::collapse;

/// The longest title, link text or metadata value, in characters.
const LONGEST_VALUE: usize = 1000;

/// How much of an element is looked at for its text, in nodes.
const MOST_NODES: usize = 200;

/// The most links listed.
pub const MOST_LINKS: usize = 500;

/// The most images listed.
pub const MOST_IMAGES: usize = 200;

/// The most metadata entries kept.
pub const MOST_METADATA: usize = 100;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Where it leads.
    pub url: Url,
    /// Its text.
    pub text: String,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Where it is.
    pub url: Url,
    /// What it shows, in words.
    pub alt: Option<String>,
}

/// The first things of one kind, each URL once, and how many there are in all.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The first ones, up to the limit.
    pub items: Vec<T>,
    /// How many different ones the page has.
    pub count: usize,
    seen: HashSet<Url>,
    most: usize,
}

/// What the elements of a page say.
#[derive(Debug, Clone)]
pub struct Elements {
    /// The text of `<title>`.
    pub title: Option<String>,
    /// The text of the first `<h1>`.
    pub heading: Option<String>,
    /// The `lang` of `<html>`.
    pub language: Option<String>,
    /// `<meta>` values by lower-case name, and `canonical`.
    pub metadata: BTreeMap<String, String>,
    /// Whether the page has more metadata than is kept.
    pub metadata_cut: bool,
    /// Links to http and https pages, without fragments.
    pub links: Listed<Link>,
    /// Images at http and https URLs.
    pub images: Listed<Image>,
    base: Url,
}

impl Elements {
    /// Reads the elements of the page that came from `url`.
    pub fn of(document: &Html, url: &Url) -> Self {
        let mut elements = Self {
            title: None,
            heading: None,
            language: None,
            metadata: BTreeMap::new(),
            metadata_cut: false,
            links: Listed::new(MOST_LINKS),
            images: Listed::new(MOST_IMAGES),
            base: base(document, url),
        };
        for element in document.tree.nodes().filter_map(ElementRef::wrap) {
            elements.visit(element);
        }
        elements
    }

    fn visit(&mut self, element: ElementRef<'_>) {
        match element.value().name() {
            // An SVG has titles too; only the page's own one is in its head.
            "title" if self.title.is_none() && is_in_head(element) => self.title = text_of(element),
            "h1" if self.heading.is_none() => self.heading = text_of(element),
            "html" => self.language = element.attr("lang").and_then(value),
            "meta" => self.meta(element),
            "link"
                if element
                    .attr("rel")
                    .is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) =>
            {
                if let Some(url) = self.resolve(element.attr("href")) {
                    self.note("canonical", url.as_str());
                }
            }
            "a" | "area" => {
                if let Some(url) = self.resolve(element.attr("href")) {
                    self.links.add(url, |url| Link {
                        url,
                        text: text_of(element).unwrap_or_default(),
                    });
                }
            }
            "img" => {
                if let Some(url) = self.resolve(element.attr("src")) {
                    self.images.add(url, |url| Image {
                        url,
                        alt: element.attr("alt").and_then(value),
                    });
                }
            }
            _ => {}
        }
    }

    fn meta(&mut self, element: ElementRef<'_>) {
        let name = element
            .attr("name")
            .or_else(|| element.attr("property"))
            .or_else(|| element.attr("http-equiv"));
        if let (Some(name), Some(content)) = (name, element.attr("content")) {
            self.note(name, content);
        }
    }

    /// Keeps the first value of each name.
    fn note(&mut self, name: &str, content: &str) {
        let (Some(name), Some(content)) = (value(name), value(content)) else {
            return;
        };
        let name = name.to_lowercase();
        if self.metadata.contains_key(&name) {
            return;
        }
        if self.metadata.len() == MOST_METADATA {
            self.metadata_cut = true;
        } else {
            self.metadata.insert(name, content);
        }
    }

    /// The http or https URL, without fragment, that a reference of the page leads to.
    fn resolve(&self, reference: Option<&str>) -> Option<Url> {
        let mut url = self.base.join(reference?.trim()).ok()?;
        url.set_fragment(None);
        matches!(url.scheme(), "http" | "https").then_some(url)
    }
}

impl<T> Listed<T> {
    fn new(most: usize) -> Self {
        Self {
            items: Vec::new(),
            count: 0,
            seen: HashSet::new(),
            most,
        }
    }

    fn add(&mut self, url: Url, item: impl FnOnce(Url) -> T) {
        if self.seen.insert(url.clone()) {
            self.count += 1;
            if self.items.len() < self.most {
                self.items.push(item(url));
            }
        }
    }

    /// Whether the page has more than is listed.
    pub fn is_cut(&self) -> bool {
        self.count > self.items.len()
    }
}

/// What the page's references are relative to: its first `<base href>`, or its own URL.
fn base(document: &Html, url: &Url) -> Url {
    let elements = document.tree.nodes().filter_map(ElementRef::wrap);
    let mut bases = elements
        .filter(|element| element.value().name() == "base")
        .filter_map(|base| base.attr("href"));
    bases
        .next()
        .and_then(|href| url.join(href).ok())
        .unwrap_or_else(|| url.clone())
}

fn is_in_head(element: ElementRef<'_>) -> bool {
    element
        .parent()
        .and_then(ElementRef::wrap)
        .is_some_and(|parent| parent.value().name() == "head")
}

/// The text inside an element: of its first nodes only, so that elements inside each other cost no more than others.
fn text_of(element: ElementRef<'_>) -> Option<String> {
    let nodes = element.descendants().take(MOST_NODES);
    let parts: Vec<&str> = nodes
        .filter_map(|node| node.value().as_text())
        .map(|text| &**text)
        .collect();
    value(&parts.concat())
}

/// A text as a value: white space collapsed, cut to its limit; nothing where it is empty.
fn value(text: &str) -> Option<String> {
    let value: String = collapse(text).chars().take(LONGEST_VALUE).collect();
    if value.is_empty() { None } else { Some(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(page: &str) -> Elements {
        Elements::of(
            &Html::parse_document(page),
            &"https://site.example/a/b".parse().unwrap(),
        )
    }

    #[test]
    fn links_are_absolute_once_each_and_only_http() {
        let found = elements(
            "<a href=c>C</a><a href='/a/c#part'>again</a><a href='mailto:a@b'>mail</a><a href='javascript:x'>x</a>\
             <a href='//other.example/'>O</a><a>none</a>",
        );
        let urls: Vec<&str> = found
            .links
            .items
            .iter()
            .map(|link| link.url.as_str())
            .collect();
        assert_eq!(urls, ["https://site.example/a/c", "https://other.example/"]);
        assert_eq!(
            (found.links.items[0].text.as_str(), found.links.count),
            ("C", 2)
        );
    }

    #[test]
    fn references_are_relative_to_the_base() {
        let found = elements(
            "<base href='/root/'><img src=i.png alt=' An  image '><img src='data:image/png;base64,x'>",
        );
        let image = Image {
            url: "https://site.example/root/i.png".parse().unwrap(),
            alt: Some("An image".to_owned()),
        };
        assert_eq!(found.images.items, [image]);
    }

    #[test]
    fn the_title_is_the_heads_and_not_a_pictures() {
        let found = elements("<title> The\n page </title><svg><title>Icon</title></svg>");
        assert_eq!(found.title.as_deref(), Some("The page"));
    }

    #[test]
    fn metadata_keeps_the_first_value_of_each_name_in_lower_case() {
        let found = elements(
            "<meta name=Description content=First><meta name=description content=Second>\
             <meta property='og:type' content=article><link rel=canonical href='/c'>",
        );
        let entries: Vec<(&str, &str)> = found
            .metadata
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            entries,
            [
                ("canonical", "https://site.example/c"),
                ("description", "First"),
                ("og:type", "article")
            ]
        );
    }

    #[test]
    fn what_is_over_the_limit_is_counted_and_said() {
        let links: Vec<String> = (0..=MOST_LINKS)
            .map(|number| format!("<a href=/{number}>x</a>"))
            .collect();
        let found = elements(&links.concat());
        assert_eq!(
            (found.links.items.len(), found.links.count),
            (MOST_LINKS, MOST_LINKS + 1)
        );
        assert!(found.links.is_cut() && !found.images.is_cut());
    }
}
