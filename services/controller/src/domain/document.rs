//! A document: a page, what it says, and what was found out about its text.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;
use url::Url;
use uuid::Uuid;

use super::peers::{Analysis, ScrapedPage};

/// The longest URL, in bytes.
const LONGEST_URL: usize = 4096;

/// The key of a document: an absolute http or https URL without credentials and without fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentUrl(Url);

/// Why a text is no key of a document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidDocumentUrl {
    /// It is no URL of a page.
    #[error("`url` must be an absolute http or https URL of at most {LONGEST_URL} bytes")]
    NotAPage,
    /// User name or password in the URL, which would be shown wherever the URL is.
    #[error("`url` must not have a user name or password")]
    Credentials,
}

/// A document as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// Everything but the text.
    #[serde(flatten)]
    pub summary: DocumentSummary,
    /// The main text of the page.
    pub text: String,
}

/// A document without its text, as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DocumentSummary {
    /// The document's id, which stays when the page is scraped again.
    pub id: Uuid,
    /// The URL asked for.
    pub url: String,
    /// Where the page came from after redirects.
    pub final_url: String,
    /// The page's title.
    pub title: Option<String>,
    /// The page's description.
    pub description: Option<String>,
    /// What to file the document under.
    pub tags: Vec<String>,
    /// What was found out about the text.
    pub analysis: Analysis,
    /// How many links the page has.
    pub link_count: u64,
    /// How many images the page has.
    pub image_count: u64,
    /// When the page was scraped first.
    pub created_at: Timestamp,
    /// When the page was scraped last.
    pub updated_at: Timestamp,
}

impl Document {
    /// The new document of a page that was scraped at `now`.
    pub fn new(
        url: &DocumentUrl,
        page: ScrapedPage,
        analysis: Analysis,
        tags: Vec<String>,
        now: Timestamp,
    ) -> Self {
        let summary = DocumentSummary {
            id: Uuid::now_v7(),
            url: url.to_string(),
            final_url: page.final_url,
            title: page.title,
            description: page.description,
            tags,
            analysis,
            link_count: page.link_count,
            image_count: page.image_count,
            created_at: now,
            updated_at: now,
        };
        Self {
            summary,
            text: page.text,
        }
    }
}

impl FromStr for DocumentUrl {
    type Err = InvalidDocumentUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut url = Url::parse(text.trim()).map_err(|_| InvalidDocumentUrl::NotAPage)?;
        url.set_fragment(None);
        if !matches!(url.scheme(), "http" | "https") || url.as_str().len() > LONGEST_URL {
            return Err(InvalidDocumentUrl::NotAPage);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidDocumentUrl::Credentials);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for DocumentUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_url_are_one_key() {
        for text in [
            "http://Example.com",
            "http://example.com:80/",
            " http://example.com/#part ",
        ] {
            assert_eq!(
                text.parse::<DocumentUrl>().unwrap().to_string(),
                "http://example.com/",
                "{text}"
            );
        }
    }

    #[test]
    fn only_pages_have_a_key() {
        for text in [
            "",
            "example.com",
            "ftp://example.com/",
            "file:///etc/passwd",
        ] {
            assert_eq!(
                text.parse::<DocumentUrl>(),
                Err(InvalidDocumentUrl::NotAPage),
                "{text}"
            );
        }
    }

    #[test]
    fn a_user_name_and_a_password_are_refused() {
        for text in [
            "http://user:password@example.com/",
            "http://user@example.com/",
            "http://:password@example.com/",
        ] {
            assert_eq!(
                text.parse::<DocumentUrl>(),
                Err(InvalidDocumentUrl::Credentials),
                "{text}"
            );
        }
    }

    #[test]
    fn a_url_has_at_most_4096_bytes() {
        let start = "http://example.com/";
        let longest = format!("{start}{}", "x".repeat(4096 - start.len()));
        assert!(format!("{longest}#part").parse::<DocumentUrl>().is_ok());
        assert_eq!(
            format!("{longest}x").parse::<DocumentUrl>(),
            Err(InvalidDocumentUrl::NotAPage)
        );
    }
}
