//! A derived field of Loki that finds no trace id in the lines that there are, or whose link provisioning empties.

use regex::Regex;

use super::source;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    document::Node,
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    snapshot::{DataSource, Grafana},
    view::{Neighbour, Stack},
};

/// Longer expressions are not tried.
const LONGEST: usize = 1000;

pub(crate) static CHECK: Check = Check {
    code: Code::new(1007),
    name: "loki-derived-field-mismatch",
    severity: Severity::Warning,
    summary: "the derived field that leads from a log line to its trace does not fit the lines",
    why: "Lines carry trace ids and Grafana shows no link.",
    causes: &[
        "`matcherRegex` was written for another format: `trace_id=(\\w+)` finds nothing in `\"trace_id\":\"…\"`.",
        "A provisioning file has `${__value.raw}`, which Grafana replaces at start: it must be `$${__value.raw}`.",
    ],
    remedy: "Let `matcherRegex` fit a real line, and write `$$` for `$` in provisioning files.",
    verify: "A line with a trace id shows a link in Grafana's Explore.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachGrafana(examine),
};

/// A derived field that leads to a trace.
struct Field<'s> {
    source: &'s DataSource,
    node: &'s Node,
}

impl Field<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.node.get(name)?.text()
    }
}

fn examine(grafana: &Neighbour<'_, Grafana>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let sources = source::all(grafana.facts)?;
    let is_tempo = |uid: &str| {
        sources
            .iter()
            .any(|source| source.kind == "tempo" && source.uid.as_deref() == Some(uid))
    };
    let fields: Vec<Field<'_>> = sources
        .iter()
        .filter(|source| source.kind == "loki")
        .flat_map(|source| {
            let list = source.setting(&["derivedFields"]);
            let items = list.map_or(&[][..], Node::items);
            items.iter().map(move |node| Field { source, node })
        })
        .filter(|field| field.text("datasourceUid").is_some_and(is_tempo))
        .collect();
    if fields.is_empty() {
        return Ok(Outcome::NotApplicable(
            "no derived field of Loki leads to Tempo",
        ));
    }
    if let Some(report) = emptied(grafana, &fields) {
        return fail(report);
    }
    // A field by label finds its id beside the line.
    let by_label = |field: &Field<'_>| field.text("matcherType") == Some("label");
    if fields.iter().any(by_label) {
        return Ok(Outcome::NotApplicable("a derived field goes by a label"));
    }
    let expressions: Vec<(&Field<'_>, Regex)> = fields
        .iter()
        .filter_map(|field| {
            let text = field
                .text("matcherRegex")
                .filter(|text| text.len() <= LONGEST)?;
            let text = if is_file(field.source) {
                text.replace("$$", "$")
            } else {
                text.to_owned()
            };
            Some((field, Regex::new(&text).ok()?))
        })
        .collect();
    if expressions.len() < fields.len() {
        return Ok(Outcome::NotApplicable(
            "an expression is written in a syntax that cannot be tried here",
        ));
    }
    let lines = lines(stack);
    let Some((line, from)) = lines.last() else {
        return Ok(Outcome::NotApplicable("no line with a trace id is known"));
    };
    let fits = |line: &str| {
        expressions
            .iter()
            .any(|(_, expression)| expression.is_match(line))
    };
    if lines.iter().any(|(line, _)| fits(line)) {
        return Ok(Outcome::Pass);
    }
    let (field, _) = &expressions[0];
    let expression = field.text("matcherRegex").unwrap_or_default();
    let node = field.node.get("matcherRegex").unwrap_or(field.node);
    fail(
        Report::new(
            format!(
                "the derived field of `{}` in Grafana `{}` looks for `{expression}`, which stands in none of {} lines with a trace id",
                field.source.name,
                grafana.label(),
                lines.len()
            ),
            source::proof(field.source, "matcherRegex", node),
            source::mend(grafana, "let `matcherRegex` fit the lines as they are"),
        )
        .proof([Evidence::new(EvidenceKind::Log, *from, *line)]),
    )
}

/// A link that provisioning replaces by nothing: `$` stands for a variable there.
fn emptied(grafana: &Neighbour<'_, Grafana>, fields: &[Field<'_>]) -> Option<Report> {
    let field = fields.iter().find(|field| {
        let url = field.text("url").unwrap_or_default();
        let at = url.find("${__value");
        is_file(field.source) && at.is_some_and(|at| !url[..at].ends_with('$'))
    })?;
    let node = field.node.get("url")?;
    Some(Report::new(
        format!(
            "the derived field of `{}` has `{}` in a provisioning file, where Grafana replaces it by nothing",
            field.source.name,
            node.text().unwrap_or_default()
        ),
        source::proof(field.source, "url", node),
        source::mend(grafana, "write `$${__value.raw}`"),
    ))
}

/// Whether a data source was read from a file rather than from the API.
fn is_file(source: &DataSource) -> bool {
    !source.entry.file.starts_with("http")
}

/// Lines with a trace id, and where they were read: of Loki, else of the services' own logs.
fn lines<'a>(stack: &'a Stack<'_>) -> Vec<(&'a str, &'a str)> {
    let of_loki = stack.lokis.iter().flat_map(|loki| {
        let lines = loki.facts.lines_with_ids.known().into_iter().flatten();
        lines.map(|line| (line.as_str(), loki.container.name.as_str()))
    });
    let found: Vec<_> = of_loki.filter(|(line, _)| has_trace_id(line)).collect();
    if !found.is_empty() {
        return found;
    }
    stack
        .services
        .iter()
        .flat_map(|service| {
            let logs = service.container.logs.known();
            let tail = logs.into_iter().flat_map(|logs| &logs.tail);
            tail.map(|line| (line.text.as_str(), service.container.name.as_str()))
        })
        .filter(|(line, _)| has_trace_id(line))
        .collect()
}

/// Whether a line names a trace and has 32 digits of an id by themselves.
fn has_trace_id(line: &str) -> bool {
    let names_trace = line.to_ascii_lowercase().contains("trace");
    names_trace
        && line
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| {
                word.len() == 32
                    && word.bytes().all(|byte| byte.is_ascii_hexdigit())
                    && word.bytes().any(|byte| byte != b'0')
            })
}
