//! URLs as spans and errors may show them.

use url::Url;

/// The query parameters that carry signatures, by the semantic conventions of `url.full`.
const SECRET_PARAMETERS: [&str; 4] = ["AWSAccessKeyId", "Signature", "sig", "X-Goog-Signature"];

/// `url` without what must not be seen: user, password, signatures.
pub(super) fn shown(url: &Url) -> Url {
    let mut shown = url.clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Both only fail for URLs that cannot have credentials in the first place.
        if shown.set_username("REDACTED").is_err() || shown.set_password(Some("REDACTED")).is_err()
        {
            shown.set_query(None);
        }
    }
    if url
        .query_pairs()
        .any(|(name, _)| SECRET_PARAMETERS.contains(&name.as_ref()))
    {
        shown
            .query_pairs_mut()
            .clear()
            .extend_pairs(url.query_pairs().map(|(name, value)| {
                let hidden = SECRET_PARAMETERS.contains(&name.as_ref());
                (name, if hidden { "REDACTED".into() } else { value })
            }));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_signatures_are_not_shown() {
        let url = Url::parse("https://me:secret@example.com/a?x=1&sig=abc").expect("a URL");
        assert_eq!(
            shown(&url).as_str(),
            "https://REDACTED:REDACTED@example.com/a?x=1&sig=REDACTED"
        );
    }

    #[test]
    fn an_ordinary_url_is_shown_as_it_is() {
        let url = Url::parse("http://scraper:8080/api/scrape?a=b%20c").expect("a URL");
        assert_eq!(shown(&url), url);
    }
}
