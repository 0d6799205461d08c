//! What a page says: title, description, language, main text, links, images, metadata.

use std::collections::BTreeMap;

use serde::Serialize;
use url::Url;

use super::charset;
use super::document::{self, TooComplex};
use super::elements::{Elements, Image, Link};
use super::fetch::Fetched;
use super::main_text;
use super::media_type::MediaType;

/// The longest main text, in bytes.
const LONGEST_TEXT: usize = 500_000;

/// A page and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Where the page came from after all redirects.
    pub final_url: Url,
    /// How many redirects led there.
    pub redirects: usize,
    /// The HTTP status.
    pub status: u16,
    /// The media type, with its parameters.
    pub content_type: Option<String>,
    /// The character encoding that was used.
    pub charset: &'static str,
    /// The size after decompression, in bytes.
    pub body_bytes: usize,
    /// What it says.
    #[serde(flatten)]
    pub content: Content,
}

/// What a page says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Content {
    /// The title: `<title>`, else `og:title`, else the first `<h1>`.
    pub title: Option<String>,
    /// The description: of the metadata, else `og:description`.
    pub description: Option<String>,
    /// The language that page or server declares, such as `en-GB`.
    pub language: Option<String>,
    /// The main text, one paragraph a line.
    pub text: String,
    /// Links to other pages, each once, without fragments.
    pub links: Vec<Link>,
    /// How many links the page has; `links` holds the first 500.
    pub link_count: usize,
    /// Images, each once.
    pub images: Vec<Image>,
    /// How many images the page has; `images` holds the first 200.
    pub image_count: usize,
    /// `<meta>` values by name, and `canonical`.
    pub metadata: BTreeMap<String, String>,
    /// What was cut to its limit: any of `links`, `images`, `metadata` and `text`.
    pub truncated: Vec<&'static str>,
}

impl Page {
    /// Reads a fetched page. Takes a while for large ones: call it off the runtime's workers.
    pub fn read(fetched: Fetched) -> Result<Self, TooComplex> {
        let decoded = charset::decode(&fetched.body, fetched.content_type.as_deref());
        let mut content = match fetched.media_type {
            MediaType::Html => Content::of_html(&decoded.text, fetched.target.url())?,
            MediaType::PlainText => Content::of_plain_text(&decoded.text),
        };
        content.language = content
            .language
            .or_else(|| fetched.language.as_deref().and_then(first_language));
        if content.text.len() > LONGEST_TEXT {
            content
                .text
                .truncate(content.text.floor_char_boundary(LONGEST_TEXT));
            content.truncated.push("text");
        }
        Ok(Self {
            redirects: fetched.redirects,
            status: fetched.status,
            charset: decoded.charset,
            body_bytes: fetched.body.len(),
            content,
            final_url: fetched.target.into_url(),
            content_type: fetched.content_type,
        })
    }
}

impl Content {
    fn of_html(text: &str, url: &Url) -> Result<Self, TooComplex> {
        let document = document::parse(text)?;
        let elements = Elements::of(&document, url);
        let meta = |name: &str| elements.metadata.get(name).cloned();
        let cut = [
            ("links", elements.links.is_cut()),
            ("images", elements.images.is_cut()),
            ("metadata", elements.metadata_cut),
        ];
        Ok(Self {
            title: elements
                .title
                .clone()
                .or_else(|| meta("og:title"))
                .or_else(|| elements.heading.clone()),
            description: meta("description").or_else(|| meta("og:description")),
            language: elements
                .language
                .clone()
                .or_else(|| meta("content-language")),
            text: main_text::extract(&document),
            link_count: elements.links.count,
            links: elements.links.items,
            image_count: elements.images.count,
            images: elements.images.items,
            metadata: elements.metadata,
            truncated: cut
                .into_iter()
                .filter_map(|(what, is_cut)| is_cut.then_some(what))
                .collect(),
        })
    }

    fn of_plain_text(text: &str) -> Self {
        let lines: Vec<String> = text
            .lines()
            .map(main_text::collapse)
            .filter(|line| !line.is_empty())
            .collect();
        Self {
            text: lines.join("\n"),
            ..Self::default()
        }
    }
}

/// The first language of a `content-language` header.
fn first_language(header: &str) -> Option<String> {
    let first = header.split(',').next()?.trim();
    (!first.is_empty()).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, content_type: &str) -> Page {
        let fetched = Fetched {
            target: "https://site.example/page".parse().unwrap(),
            redirects: 0,
            status: 200,
            content_type: Some(content_type.to_owned()),
            media_type: MediaType::of(Some(content_type)).unwrap(),
            language: Some("de-AT, en".to_owned()),
            body: body.as_bytes().to_vec(),
        };
        Page::read(fetched).unwrap()
    }

    #[test]
    fn a_page_says_what_it_is_about() {
        let page = read(
            "<html lang=en><title>Ponds</title><meta name=description content='On ponds'><p>Water.<a href=/x>x</a>",
            "text/html",
        );
        assert_eq!(page.content.title.as_deref(), Some("Ponds"));
        assert_eq!(page.content.description.as_deref(), Some("On ponds"));
        assert_eq!(page.content.language.as_deref(), Some("en"));
        assert_eq!(
            (page.content.text.as_str(), page.content.link_count),
            ("Water.x", 1)
        );
    }

    #[test]
    fn the_servers_language_stands_where_the_page_declares_none() {
        assert_eq!(
            read("<p>Wasser", "text/html").content.language.as_deref(),
            Some("de-AT")
        );
    }

    #[test]
    fn plain_text_is_all_text() {
        assert_eq!(
            read("a  <b>\n\n c\u{0}", "text/plain; charset=utf-8")
                .content
                .text,
            "a <b>\nc"
        );
    }

    #[test]
    fn a_text_over_the_limit_is_cut_and_said_to_be() {
        let page = read(&"ä".repeat(LONGEST_TEXT), "text/plain");
        assert!(page.content.text.len() <= LONGEST_TEXT);
        assert_eq!(page.content.truncated, ["text"]);
    }
}
