//! One pass over free text that finds credentials by their form or by the word in front of them.

use super::{REDACTED, is_secret_name, looks_random, words};

/// Characters of a word that may be the name of a value.
fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.')
}

/// Characters that a bare value cannot hold.
fn ends_value(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '"' | '\'' | '`' | ',' | ';' | '&' | '<' | '>' | '\\' | ')' | '}' | ']'
        )
}

/// The text without its credentials.
pub(super) fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let first = rest.chars().next().unwrap_or_default();
        let word_starts = is_name(first) && !text[..at].chars().next_back().is_some_and(is_name);
        if let Some((kept, secret)) = rest
            .starts_with("://")
            .then(|| userinfo(rest).or_else(|| webhook(rest)))
            .flatten()
            .or_else(|| private_key(rest))
            .or_else(|| word_starts.then(|| credential(rest)).flatten())
        {
            out.push_str(&rest[..kept]);
            out.push_str(REDACTED);
            at += kept + secret;
        } else {
            out.push(first);
            at += first.len_utf8();
        }
    }
    out
}

/// Whether a text holds what nothing but a credential looks like: more than its name.
pub(super) fn holds_credential(text: &str) -> bool {
    text.char_indices().any(|(at, first)| {
        let rest = &text[at..];
        if !is_name(first) {
            return webhook(rest).is_some() || holds_password(rest) || private_key(rest).is_some();
        }
        if text[..at].chars().next_back().is_some_and(is_name) {
            return false;
        }
        let word = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
        let is_random = |(kept, secret): (usize, usize)| looks_random(&rest[kept..kept + secret]);
        (is_jwt(word) && word.split('.').count() == 3)
            || is_cloud_key(word)
            || private_key(rest).is_some()
            || scheme(rest, word).is_some_and(is_random)
            || named(rest, word).is_some_and(is_random)
    })
}

/// `://user:password@`
fn holds_password(rest: &str) -> bool {
    let user = rest.starts_with("://").then(|| userinfo(rest)).flatten();
    user.is_some_and(|(kept, length)| {
        let mut parts = rest[kept..kept + length].splitn(2, ':');
        parts.nth(1).is_some_and(|password| !password.is_empty())
    })
}

/// Of a text that begins at a word: how much of it is kept, and how much after that is secret.
fn credential(rest: &str) -> Option<(usize, usize)> {
    if rest.starts_with("redacted]") {
        return None;
    }
    let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let word = &rest[..length];
    if is_jwt(word) || is_cloud_key(word) {
        return Some((0, length));
    }
    scheme(rest, word).or_else(|| named(rest, word))
}

/// `Bearer x`, `Basic x`: the word stays.
fn scheme(rest: &str, word: &str) -> Option<(usize, usize)> {
    let after = &rest[word.len()..];
    if !["bearer", "basic"]
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name))
    {
        return None;
    }
    let gap = ["%20", "+", " "]
        .iter()
        .find(|gap| after.starts_with(**gap))?
        .len();
    let length = bare(&after[gap..]);
    // Prose such as `basic settings` is no credential.
    (length >= 12
        || after[gap..][..length].contains(|c: char| c.is_ascii_digit() || c == '=' || c == '+'))
    .then_some((word.len() + gap, length))
    .filter(|_| !after[gap..].starts_with(REDACTED))
}

/// `password=x`, `"api_key": "x"`, `--token x`, `X-Api-Key: x`.
fn named(rest: &str, word: &str) -> Option<(usize, usize)> {
    if !is_secret_name(&words(word)) {
        return None;
    }
    let after = &rest[word.len()..];
    let (gap, quote) = separator(word, after)?;
    let value = &after[gap..];
    if value.starts_with(REDACTED) {
        return None;
    }
    let length = match quote {
        Some(quote) => value.find(quote).unwrap_or(value.len()),
        None => after_scheme(value),
    };
    (length > 0).then_some((word.len() + gap, length))
}

/// What stands between a name and its value: how long it is, and the quote that ends the value.
fn separator(word: &str, after: &str) -> Option<(usize, Option<&'static str>)> {
    // A quote that closes the name, perhaps escaped by the JSON around it.
    let closed = after.trim_start_matches(['\\', '"', '\'']);
    let closed = if after.len() - closed.len() <= 4 {
        closed
    } else {
        after
    };
    let open = closed.trim_start_matches(' ');
    let value = match open
        .strip_prefix("=>")
        .or_else(|| open.strip_prefix(['=', ':']))
    {
        Some(value) => value.trim_start_matches([' ', '\t']),
        // A flag of a command line is followed by its value.
        None if word.starts_with("--") => after.strip_prefix(' ')?,
        None => return None,
    };
    let offset = after.len() - value.len();
    for quote in ["\\\\\\\"", "\\\"", "\"", "'", "`"] {
        if value.starts_with(quote) {
            return Some((offset + quote.len(), Some(quote)));
        }
    }
    Some((offset, None))
}

/// The length of a bare value; of `Bearer x` and `Basic x`, of both words.
fn after_scheme(value: &str) -> usize {
    let first = bare(value);
    let is_scheme = ["bearer", "basic", "digest", "token"]
        .iter()
        .any(|scheme| value[..first].eq_ignore_ascii_case(scheme));
    if is_scheme && value[first..].starts_with(' ') {
        return first + 1 + bare(&value[first + 1..]);
    }
    first
}

/// The length of a value without quotes.
fn bare(value: &str) -> usize {
    value.find(ends_value).unwrap_or(value.len())
}

/// `://user:password@`: the length of the mark, and of what stands before the `@`.
fn userinfo(rest: &str) -> Option<(usize, usize)> {
    let authority = &rest[3..];
    let end = authority
        .find(|c: char| {
            c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '\\')
        })
        .unwrap_or(authority.len());
    let at = authority[..end]
        .rfind('@')
        .or_else(|| password_with_a_slash(authority, end))?;
    (at > 0 && &authority[..at] != REDACTED).then_some((3, at))
}

/// Where the `@` stands of a password that holds a bare `/`: what follows the first `:` is then no port.
fn password_with_a_slash(authority: &str, first_end: usize) -> Option<usize> {
    let (user, rest) = authority[..first_end].split_once(':')?;
    let is_port = rest.bytes().all(|byte| byte.is_ascii_digit());
    if user.is_empty() || is_port || !authority[first_end..].starts_with('/') {
        return None;
    }
    let whole = authority
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '\\'))
        .unwrap_or(authority.len());
    authority[..whole].rfind('@')
}

/// Hosts whose paths are credentials: who knows the address may post there.
const WEBHOOKS: [&str; 5] = [
    "://hooks.slack.com/",
    "://discord.com/api/webhooks/",
    "://discordapp.com/api/webhooks/",
    "://outlook.office.com/webhook/",
    "://hooks.zapier.com/",
];

/// The address of a webhook: the length of its public part, and of what is secret.
fn webhook(rest: &str) -> Option<(usize, usize)> {
    let public = WEBHOOKS.iter().find(|prefix| rest.starts_with(**prefix))?;
    let secret = bare(&rest[public.len()..]);
    (secret > 0 && !rest[public.len()..].starts_with(REDACTED)).then_some((public.len(), secret))
}

/// A private key in PEM form: its first line stays, the rest goes up to its last line, or wholly where that is cut off.
fn private_key(rest: &str) -> Option<(usize, usize)> {
    let label = rest.strip_prefix("-----BEGIN ")?;
    let (kind, body) = label.split_once("-----")?;
    if !kind.ends_with("PRIVATE KEY") || kind.len() > 40 || body.starts_with(REDACTED) {
        return None;
    }
    let end = body.find("-----END ").unwrap_or(body.len());
    (end > 0).then_some((rest.len() - body.len(), end))
}

/// Three base64url parts, the first of which begins like `{"`.
fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() >= 20 && word.split('.').count() >= 2
}

/// Keys that clouds and forges mark by a prefix of their own.
fn is_cloud_key(word: &str) -> bool {
    const PREFIXES: [(&str, usize); 19] = [
        ("AKIA", 20),
        ("ASIA", 20),
        ("ghp_", 30),
        ("gho_", 30),
        ("ghs_", 30),
        ("github_pat_", 30),
        ("glpat-", 20),
        ("glsa_", 30),
        ("glc_", 30),
        ("xoxb-", 20),
        ("xoxp-", 20),
        ("sk-", 24),
        ("sk_live_", 16),
        ("rk_live_", 16),
        ("whsec_", 16),
        ("npm_", 30),
        ("hf_", 30),
        ("dop_v1_", 30),
        ("AIza", 35),
    ];
    PREFIXES
        .iter()
        .any(|(prefix, length)| word.starts_with(prefix) && word.len() >= *length)
        || is_garage_key(word)
}

/// Garage's access keys: `GK` and 24 or more hexadecimal digits.
fn is_garage_key(word: &str) -> bool {
    word.strip_prefix("GK").is_some_and(|digits| {
        digits.len() >= 24 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn credentials_go_and_what_is_around_them_stays() {
        for (line, shown) in [
            (
                "GET http://u:p@tempo:3200/api failed",
                "GET http://[redacted]@tempo:3200/api failed",
            ),
            ("authorization: Bearer abc.def", "authorization: [redacted]"),
            (
                "Forbidden: No such key: GK31c2f218a2e44f485b94239e",
                "Forbidden: No such key: [redacted]",
            ),
            (
                "curl -H 'Authorization: Basic dTpw' x",
                "curl -H 'Authorization: [redacted]' x",
            ),
            (
                "connecting password=hunter2 host=db",
                "connecting password=[redacted] host=db",
            ),
            (
                r#"{"user":"ann","password":"a b","n":1}"#,
                r#"{"user":"ann","password":"[redacted]","n":1}"#,
            ),
            ("key AKIAABCDEFGHIJKLMNOP used", "key [redacted] used"),
            (
                "run --token abc --name x",
                "run --token [redacted] --name x",
            ),
        ] {
            assert_eq!(redact(line), shown);
        }
    }

    #[test]
    fn ordinary_lines_are_not_touched() {
        for line in [
            "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7",
            "SyntaxError: Unexpected token 'export'",
            "basic settings loaded",
            "image grafana/tempo@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "http://tempo:4318/v1/traces?to=a@b",
            "http://tempo:4318/@scope/package",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "primary key=id",
            "password_file=/run/secrets/db",
        ] {
            assert_eq!(redact(line), line);
        }
    }
}
