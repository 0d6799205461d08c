//! The file, its checks, and the runs that they wait for.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{
    FILE_KEYS,
    expect::expectations,
    fields::{Fields, written},
    request::request,
};
use crate::{
    document::Node,
    smoke::{
        expectation::{Expectation, StatusPattern, What},
        plan::{Check, RunPlan, Trigger},
    },
};

pub(super) const CHECK_KEYS: &[&str] =
    &["name", "request", "wait_for", "within", "settle", "expect"];
pub(super) const RUN_KEYS: &[&str] = &["service", "query", "since"];

/// What holds where neither the check nor the file says anything.
const WITHIN: SignedDuration = SignedDuration::from_secs(30);
/// A run may begin late, and Tempo 3 finds it by search half a minute after that at the earliest.
const RUN_WITHIN: SignedDuration = SignedDuration::from_secs(90);
/// Longer than the 5 s after which SDKs send the spans that have ended.
const SETTLE: SignedDuration = SignedDuration::from_secs(6);

pub(super) fn checks(fields: &mut Fields<'_>, root: &Node) -> Option<Vec<Check>> {
    fields.mapping(root, "the file", FILE_KEYS)?;
    let within = fields.duration_at(root, "within");
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
                let name = node.get("name").map_or("", written);
                fields.wrong(
                    node,
                    format!("two checks are called `{name}`"),
                    "give each a name of its own",
                );
            }
            checks.push(check);
        }
    }
    Some(checks)
}

fn check(
    fields: &mut Fields<'_>,
    node: &Node,
    within: Option<SignedDuration>,
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
    let within = fields.duration_at(node, "within").or(within);
    let settle = fields.duration_at(node, "settle").unwrap_or(settle);
    let trigger = match (node.get("request"), node.get("wait_for")) {
        (Some(sent), None) => request(fields, sent).map(Trigger::Request),
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
    let default = match trigger {
        Some(Trigger::Run(_)) => RUN_WITHIN,
        Some(Trigger::Request(_)) | None => WITHIN,
    };
    let check = Check {
        name: name?,
        place: Some(fields.place(node)),
        trigger: trigger?,
        within: within.unwrap_or(default),
        settle,
        expect,
    };
    let at = node.get("settle").or(node.get("within")).unwrap_or(node);
    if let Some(problem) = check.unsettled() {
        fields.wrong(at, problem, "make `settle` 6s or so, and `within` longer");
    }
    Some(check)
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
