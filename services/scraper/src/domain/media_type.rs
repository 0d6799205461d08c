//! Which kinds of page can be read.

/// The media types that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// HTML and XHTML, and pages that do not say what they are.
    Html,
    /// Plain text.
    PlainText,
}

impl MediaType {
    /// The media type of a content type; none where it cannot be read.
    pub fn of(content_type: Option<&str>) -> Option<Self> {
        let Some(content_type) = content_type else {
            return Some(Self::Html);
        };
        let essence = content_type
            .split(';')
            .next()
            .unwrap_or("")
            .trim()
            .to_ascii_lowercase();
        match essence.as_str() {
            "text/html" | "application/xhtml+xml" | "" => Some(Self::Html),
            "text/plain" => Some(Self::PlainText),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_and_archives_cannot_be_read() {
        for content_type in ["image/png", "application/zip", "application/json"] {
            assert_eq!(MediaType::of(Some(content_type)), None, "{content_type}");
        }
        assert_eq!(
            MediaType::of(Some("TEXT/HTML; charset=x")),
            Some(MediaType::Html)
        );
        assert_eq!(MediaType::of(None), Some(MediaType::Html));
    }
}
