//! The file, its checks, and what brings their traces about.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use url::Url;

use super::{FILE_KEYS, expect::expectations, fields::Fields};
use crate::{
    document::{Node, Value},
    smoke::{
        expectation::{Expectation, StatusPattern, What},
        plan::{Check, Plan, RequestPlan, RunPlan, Trigger},
    },
};

pub(super) const CHECK_KEYS: &[&str] =
    &["name", "request", "wait_for", "within", "settle", "expect"];
pub(super) const REQUEST_KEYS: &[&str] =
    &["url", "method", "headers", "body", "timeout", "retries"];
pub(super) const RUN_KEYS: &[&str] = &["service", "query", "since"];

/// What holds where neither the check nor the file says anything.
const WITHIN: SignedDuration = SignedDuration::from_secs(30);
const SETTLE: SignedDuration = SignedDuration::from_secs(1);
const ANSWER: SignedDuration = SignedDuration::from_secs(10);

pub(super) fn plan(fields: &mut Fields<'_>, root: &Node) -> Option<Plan> {
    fields.mapping(root, "the file", FILE_KEYS)?;
    let within = fields.duration_at(root, "within").unwrap_or(WITHIN);
    let settle = fields.duration_at(root, "settle").unwrap_or(SETTLE);
    let listed = root.get("checks").map_or(&[][..], Node::items);
    if listed.is_empty() {
        let at = root.get("checks").unwrap_or(root);
        fields.wrong(
            at,
            "there are no checks",
            "list them beneath `checks:`, each beginning with `- name:`",
        );
        return None;
    }
    let mut checks = Vec::new();
    let mut names = BTreeSet::new();
    for node in listed {
        if let Some(check) = check(fields, node, within, settle) {
            if !names.insert(check.name.clone()) {
                let name = &check.name;
                fields.wrong(
                    node,
                    format!("two checks are called `{name}`"),
                    "give each a name of its own",
                );
            }
            checks.push(check);
        }
    }
    Some(Plan { checks })
}

fn check(
    fields: &mut Fields<'_>,
    node: &Node,
    within: SignedDuration,
    settle: SignedDuration,
) -> Option<Check> {
    fields.mapping(node, "a check", CHECK_KEYS)?;
    let name = fields.text_at(node, "name");
    if node.get("name").is_none() {
        fields.wrong(
            node,
            "a check has no name",
            "write `name:` and what it shows",
        );
    }
    let within = fields.duration_at(node, "within").unwrap_or(within);
    let settle = fields.duration_at(node, "settle").unwrap_or(settle);
    if settle >= within {
        let at = node.get("settle").or(node.get("within")).unwrap_or(node);
        fields.wrong(
            at,
            format!("a trace cannot stay as it is for {settle:#} within {within:#}"),
            "make `within` longer than `settle`",
        );
    }
    let trigger = match (node.get("request"), node.get("wait_for")) {
        (Some(request), None) => self::request(fields, request).map(Trigger::Request),
        (None, Some(run)) => self::run(fields, run).map(Trigger::Run),
        (Some(_), Some(both)) => {
            fields.wrong(
                both,
                "a check has `request` and `wait_for`",
                "make two checks of it",
            );
            None
        }
        (None, None) => {
            fields.wrong(
                node,
                "a check brings no trace about",
                "write `request:` or `wait_for:`",
            );
            None
        }
    };
    let mut expect = match node.get("expect") {
        Some(expected) => expectations(fields, expected, trigger.as_ref()),
        None => Vec::new(),
    };
    let is_request = matches!(trigger, Some(Trigger::Request(_)));
    let names_status = |one: &Expectation| matches!(one.what, What::Status(_));
    if is_request && !expect.iter().any(names_status) {
        let what = What::Status(vec![StatusPattern::NoError]);
        expect.insert(0, Expectation { what, place: None });
    }
    Some(Check {
        name: name?,
        place: Some(fields.place(node)),
        trigger: trigger?,
        within,
        settle,
        expect,
    })
}

fn request(fields: &mut Fields<'_>, node: &Node) -> Option<Box<RequestPlan>> {
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
            format!("`{method}` is no method"),
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
        Ok(url) => {
            fields.wrong(
                node,
                format!("`{}` is no scheme of HTTP", url.scheme()),
                remedy,
            );
            None
        }
        Err(error) => {
            fields.wrong(node, format!("`{text}` is no URL: {error}"), remedy);
            None
        }
    }
}

fn headers(fields: &mut Fields<'_>, node: &Node) -> Vec<(String, String)> {
    let Some(written) = node.get("headers") else {
        return Vec::new();
    };
    if !matches!(written.value, Value::Mapping(_)) {
        fields.wrong(
            written,
            "`headers` is no mapping",
            "write a header a line: `Accept: text/html`",
        );
    }
    let mut headers = Vec::new();
    for (key, value) in written.entries() {
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

fn run(fields: &mut Fields<'_>, node: &Node) -> Option<RunPlan> {
    fields.mapping(node, "`wait_for`", RUN_KEYS)?;
    let query = match (
        fields.text_at(node, "service"),
        fields.text_at(node, "query"),
    ) {
        (Some(service), None) => Some(format!(
            "{{ resource.service.name = {} }}",
            serde_json::Value::from(service)
        )),
        (None, Some(query)) => Some(query),
        (Some(_), Some(_)) => {
            fields.wrong(
                node,
                "`wait_for` has `service` and `query`",
                "name the service in the query: `{ resource.service.name = \"…\" }`",
            );
            None
        }
        (None, None) => {
            fields.wrong(
                node,
                "`wait_for` names nothing",
                "write `service:` or `query:`",
            );
            None
        }
    };
    Some(RunPlan {
        since: fields
            .duration_at(node, "since")
            .unwrap_or(SignedDuration::ZERO),
        query: query?,
    })
}
