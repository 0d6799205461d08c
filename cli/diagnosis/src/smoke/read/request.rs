//! A request: where it goes and what it holds.

use jiff::SignedDuration;
use url::Url;

use super::fields::{Fields, written};
use crate::{
    document::{Node, Value},
    smoke::plan::RequestPlan,
};

pub(super) const REQUEST_KEYS: &[&str] =
    &["url", "method", "headers", "body", "timeout", "retries"];

/// How long an answer may take where nothing says it.
const ANSWER: SignedDuration = SignedDuration::from_secs(10);
/// More headers than any server takes.
const MOST_HEADERS: usize = 100;

/// Reads a request: its URL, or more of it.
pub(super) fn request(fields: &mut Fields<'_>, node: &Node) -> Option<Box<RequestPlan>> {
    if node.text().is_some() {
        let url = url(fields, node);
        return Some(Box::new(RequestPlan {
            url: url?,
            method: "GET".to_owned(),
            headers: Vec::new(),
            body: None,
            timeout: ANSWER,
            retries: 0,
        }));
    }
    fields.mapping(node, "`request`", REQUEST_KEYS)?;
    let url = match node.get("url") {
        Some(url) => self::url(fields, url),
        None => {
            fields.wrong(
                node,
                "a request has no `url`",
                "write where it goes: `url: http://localhost:8080/`",
            );
            None
        }
    };
    let body = body(fields, node);
    let default = if body.is_some() { "POST" } else { "GET" };
    let method = fields
        .text_at(node, "method")
        .unwrap_or_else(|| default.to_owned());
    if !is_token(&method)
        && let Some(at) = node.get("method")
    {
        fields.wrong(
            at,
            format!("`{}` is no method", written(at)),
            "write `GET`, `POST` or the like",
        );
    }
    let headers = headers(fields, node);
    Some(Box::new(RequestPlan {
        method: method.to_ascii_uppercase(),
        headers,
        timeout: fields.duration_at(node, "timeout").unwrap_or(ANSWER),
        retries: fields.number_at(node, "retries").unwrap_or(0),
        url: url?,
        body,
    }))
}

/// The body is a text, since nothing else tells `1` from `"1"`.
fn body(fields: &mut Fields<'_>, node: &Node) -> Option<String> {
    let value = node.get("body")?;
    if value.text().is_none() {
        fields.wrong(
            value,
            "`body` is no text",
            "write JSON as a text: `body: '{\"item\": 1}'`, or after `body: |`",
        );
        return None;
    }
    fields.text(value, "`body`")
}

fn url(fields: &mut Fields<'_>, node: &Node) -> Option<Url> {
    let text = fields.text(node, "`url`")?;
    let remedy = "write one such as `http://localhost:8080/orders`";
    match Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url),
        Ok(_) => {
            fields.wrong(
                node,
                format!("`{}` is no URL of HTTP", written(node)),
                remedy,
            );
            None
        }
        Err(error) => {
            let text = written(node);
            fields.wrong(node, format!("`{text}` is no URL: {error}"), remedy);
            None
        }
    }
}

fn headers(fields: &mut Fields<'_>, node: &Node) -> Vec<(String, String)> {
    let Some(mapping) = node.get("headers") else {
        return Vec::new();
    };
    if !matches!(mapping.value, Value::Mapping(_)) {
        fields.wrong(
            mapping,
            "`headers` is no mapping",
            "write a header a line: `Accept: text/html`",
        );
    }
    if mapping.entries().len() > MOST_HEADERS {
        fields.wrong(
            mapping,
            format!("there are more than {MOST_HEADERS} headers"),
            "leave some out",
        );
    }
    let mut headers = Vec::new();
    for (key, value) in mapping.entries().iter().take(MOST_HEADERS) {
        let name = &key.name;
        if ["traceparent", "tracestate"].contains(&name.to_ascii_lowercase().as_str()) {
            fields.wrong(
                value,
                format!("`{name}` is made for each request"),
                "leave it out: the trace is found by it",
            );
        } else if !is_token(name) {
            fields.wrong(
                value,
                format!("`{name}` is no name of a header"),
                "write letters, digits and `-`",
            );
        } else if let Some(text) = fields.text(value, "a header") {
            if text.chars().any(char::is_control) {
                fields.wrong(
                    value,
                    format!("`{name}` has more than one line"),
                    "write it in one",
                );
            } else {
                headers.push((name.clone(), text));
            }
        }
    }
    headers
}

/// Whether HTTP takes it for a method or a header's name (<https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>).
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
