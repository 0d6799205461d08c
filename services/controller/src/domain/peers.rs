//! What is asked of the scraper and the text analyser, and the parts of their answers that are kept.

use serde::{Deserialize, Serialize};

/// The codes of the scraper's errors that describe the page asked for, which the caller is told as they are.
pub const SCRAPER_VERDICTS: &[&str] = &[
    "address_forbidden",
    "invalid_url",
    "page_too_complex",
    "page_too_large",
    "unknown_host",
    "unsupported_content_type",
];

/// The question to the scraper: `POST /api/scrape`.
#[derive(Debug, Serialize)]
pub struct ScrapeQuestion<'a> {
    /// The page.
    pub url: &'a str,
}

/// The scraper's answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ScrapedPage {
    /// Where the page came from after redirects.
    pub final_url: String,
    /// The page's HTTP status.
    pub status: u16,
    /// The page's title.
    pub title: Option<String>,
    /// The page's description.
    pub description: Option<String>,
    /// The main text.
    pub text: String,
    /// How many links the page has.
    pub link_count: u64,
    /// How many images the page has.
    pub image_count: u64,
}

/// The question to the text analyser: `POST /api/analyze`.
#[derive(Debug, Serialize)]
pub struct AnalysisQuestion<'a> {
    /// The text.
    pub text: &'a str,
    /// Its title.
    pub title: Option<&'a str>,
}

/// The text analyser's answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AnalyzedText {
    /// What was found out.
    #[serde(flatten)]
    pub analysis: Analysis,
    /// What to file the text under.
    pub tags: Vec<String>,
}

/// What was found out about a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// The language; none for a text without letters.
    pub language: Option<Language>,
    /// How many words.
    pub words: u64,
    /// How many sentences.
    pub sentences: u64,
    /// How easy the text is to read; none for languages without a formula.
    pub reading_ease: Option<ReadingEase>,
    /// How the text sounds; English only.
    pub sentiment: Option<Sentiment>,
    /// What the text is about, most telling first.
    pub keywords: Vec<Keyword>,
}

/// A language and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Language {
    /// ISO 639-3 code.
    pub code: String,
    /// English name.
    pub name: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// Whether to rely on it.
    pub reliable: bool,
}

/// How easy a text is to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadingEase {
    /// The formula used.
    pub formula: String,
    /// The formula's number; higher is easier.
    pub score: f64,
    /// What the number means.
    pub level: String,
}

/// How a text sounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentiment {
    /// From −1 to 1.
    pub score: f64,
    /// What the number means.
    pub label: String,
}

/// A word or phrase that tells what a text is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Keyword {
    /// The word or phrase.
    pub text: String,
    /// How telling it is, relative to the first.
    pub score: f64,
    /// How often it occurs.
    pub count: u64,
}
