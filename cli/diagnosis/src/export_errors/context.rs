//! What is known beside the line: where the stack sends its telemetry.

/// The endpoints that the services of a stack are configured with.
#[derive(Debug, Clone, Default)]
pub struct Context {
    authorities: Vec<String>,
}

impl Context {
    /// A context of endpoints, each `host` or `host:port`, a URL's scheme and path already taken off.
    pub fn with_endpoints<S: Into<String>>(authorities: impl IntoIterator<Item = S>) -> Self {
        Self {
            authorities: authorities
                .into_iter()
                .map(|authority| authority.into().to_ascii_lowercase())
                .filter(|authority| !authority.is_empty())
                .collect(),
        }
    }

    /// Whether no endpoint is known.
    pub const fn is_empty(&self) -> bool {
        self.authorities.is_empty()
    }

    /// Whether this is one of the endpoints, in lower case.
    pub(super) fn has(&self, authority: &str) -> bool {
        self.authorities.iter().any(|known| known == authority)
    }

    /// The endpoint that a text in lower case names as a whole word, or else the host of one.
    pub(super) fn named_in(&self, text: &str) -> Option<String> {
        let host = |authority: &String| match authority.rsplit_once(':') {
            Some((host, _)) => host.to_owned(),
            None => authority.clone(),
        };
        let whole = self.authorities.iter().cloned();
        whole
            .chain(self.authorities.iter().map(host))
            .find(|name| contains_word(text, name))
    }

    /// Whether `text` names one of the endpoints as a whole word.
    pub(super) fn is_named_in(&self, text: &str) -> bool {
        if self.authorities.is_empty() {
            return false;
        }
        let lower = text.to_ascii_lowercase();
        self.authorities
            .iter()
            .any(|authority| contains_word(&lower, authority))
    }
}

/// Whether `needle` stands in `text` with no name character on either side.
fn contains_word(text: &str, needle: &str) -> bool {
    let is_name =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    text.match_indices(needle).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + needle.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(|c| is_name(c) && c != '.')
    })
}

#[cfg(test)]
mod tests {
    use super::Context;

    #[test]
    fn an_endpoint_is_named_only_as_a_whole_word() {
        let context = Context::with_endpoints(["tempo:4317", "gateway"]);
        assert!(context.is_named_in("dial tcp: lookup Gateway on 127.0.0.11:53"));
        assert!(context.is_named_in("connect to tempo:4317: refused"));
        assert!(!context.is_named_in("connect to tempo:43170: refused"));
        assert!(!context.is_named_in("connect to api-gateway: refused"));
        assert!(!Context::default().is_named_in("anything"));
    }
}
