//! What is said of a trace as a whole, above and below its spans.

use anstyle::Style;
use jiff::Timestamp;
use ptctl_diagnosis::trace::{SkewKind, Warning};

use super::{
    bar::signs,
    shown::{Findings, ShownTrace},
};
use crate::render::{Page, Tone, length::length};

/// So many gaps are told, the longest first.
const GAPS: usize = 3;
/// What a service without a name is called.
pub(in crate::render) const NO_SERVICE: &str = "(no service.name)";

/// What is to be known before the spans are read.
pub(super) fn head(page: &mut Page, shown: &ShownTrace<'_>, findings: &Findings) {
    let trace = shown.trace;
    let root = &trace.spans()[trace.root()];
    let errors = trace.errors();
    let tone = match (errors, findings.warnings.is_empty()) {
        (0, true) => Tone::Good,
        (0, false) => Tone::Doubtful,
        _ => Tone::Bad,
    };
    let sign = page.sign(tone);
    page.verbatim("", tone, &format!("{sign} trace {}", trace.id()));
    let service = root.service().unwrap_or(NO_SERVICE);
    page.entry("  ", Tone::Plain, &format!("{service}: {}", root.name));
    let extent = trace.extent();
    let services = trace.services().len();
    let count = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    page.entry(
        "  ",
        Tone::Plain,
        &format!(
            "{}, {}; {} of {}, {errors} failed; in Tempo `{}` at {}",
            time(extent.start),
            length(extent.end - extent.start, page.glyphs()),
            count(trace.spans().len(), "span"),
            count(services, "service"),
            shown.tempo,
            shown.reached
        ),
    );
    let glyphs = page.glyphs();
    let mut texts = Vec::new();
    if let Some(reason) = shown.partial {
        texts.push(format!("Tempo left spans out: {reason}"));
    }
    if shown.unreadable > 0 {
        let spans = shown.unreadable;
        texts.push(format!(
            "{spans} spans have no id that can be read and are left out"
        ));
    }
    texts.extend(warnings(&findings.warnings, |time| length(time, glyphs)));
    for text in texts {
        let label = format!("{} ", page.sign(Tone::Doubtful));
        page.entry(&label, Tone::Doubtful, &text);
    }
}

/// So many parents that are missing are named.
const PARENTS: usize = 3;

fn warnings(warnings: &[Warning], length: impl Fn(u64) -> String) -> Vec<String> {
    let mut texts = Vec::new();
    let (mut parents, mut orphans) = (Vec::new(), 0);
    for warning in warnings {
        texts.push(match warning {
            Warning::NoRoot => {
                "its root is missing: not sent, not sampled, or not stored (any more)".to_owned()
            }
            Warning::SeveralRoots { roots } => format!(
                "{roots} spans say that they began it: an id that was used twice, or a context that was lost"
            ),
            Warning::MissingParent { parent, orphans: of } => {
                parents.push(parent);
                orphans += of;
                continue;
            }
            Warning::Loops { loops: 1 } => {
                "the parents of its spans form a loop, which is opened at its first span".to_owned()
            }
            Warning::Loops { loops } => format!(
                "the parents of its spans form {loops} loops, each opened at its first span"
            ),
            Warning::Duplicates { copies: 1 } => "one span was stored twice".to_owned(),
            Warning::Duplicates { copies } => {
                format!("{copies} spans are copies of others and are left out")
            }
            Warning::EndsBeforeStart { spans: 1 } => "one span ends before it begins".to_owned(),
            Warning::EndsBeforeStart { spans } => format!("{spans} spans end before they begin"),
            Warning::Skew(skew) => {
                let name = |service: &Option<String>| {
                    service.clone().unwrap_or_else(|| NO_SERVICE.to_owned())
                };
                let (parent, child) = (name(&skew.parent), name(&skew.child));
                let by = length(skew.nanoseconds);
                let spans = match skew.spans {
                    1 => "one span".to_owned(),
                    spans => format!("{spans} spans"),
                };
                match skew.kind {
                    SkewKind::BeforeParent if parent == child => {
                        format!("{spans} of `{child}` began up to {by} before the parent: its clock was set meanwhile, or runs on several hosts")
                    }
                    SkewKind::BeforeParent => format!(
                        "{spans} of `{child}` began up to {by} before the parent in `{parent}`: the clock of `{child}` is behind, or that of `{parent}` ahead"
                    ),
                    SkewKind::AfterCall => format!(
                        "{spans} of `{child}` began up to {by} after the call of `{parent}` had ended: the clock of `{child}` is ahead, or `{parent}` had given up"
                    ),
                }
            }
        });
    }
    if !parents.is_empty() {
        let named: Vec<String> = parents
            .iter()
            .take(PARENTS)
            .map(|parent| format!("`{parent}`"))
            .collect();
        let more = match parents.len().saturating_sub(PARENTS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        texts.insert(
            usize::from(warnings.first() == Some(&Warning::NoRoot)),
            match orphans {
                1 => format!(
                    "one span names a parent that is missing: {}",
                    named.concat()
                ),
                orphans => format!(
                    "{orphans} spans name parents that are missing: {}{more}",
                    named.join(", ")
                ),
            },
        );
    }
    texts
}

/// What is to be known after the spans were read.
pub(super) fn foot(page: &mut Page, shown: &ShownTrace<'_>, findings: &Findings) {
    let trace = shown.trace;
    let glyphs = page.glyphs();
    let (strong, weak) = signs(glyphs);
    page.blank();
    let faint = Style::new().dimmed();
    let legend = format!("{strong} what the root waited for, {weak} beside that");
    page.line([(faint, legend.as_str())]);
    let start = trace.extent().start;
    for gap in findings.gaps.iter().take(GAPS) {
        let span = &trace.spans()[gap.span];
        page.entry(
            "gap  ",
            Tone::Faint,
            &format!(
                "{} within `{}` from {} on: nothing below it ran",
                length(gap.duration(), glyphs),
                span.name,
                length(gap.from.saturating_sub(start), glyphs),
            ),
        );
    }
    match findings.gaps.len().saturating_sub(GAPS) {
        0 => {}
        more => page.entry(
            "     ",
            Tone::Faint,
            &format!("and {more} more, no longer than these"),
        ),
    }
    if let Some(link) = &shown.grafana {
        page.verbatim("more ", Tone::Plain, link);
    }
}

/// A moment in UTC to the millisecond.
pub(super) fn time(nanoseconds: u64) -> String {
    match Timestamp::from_nanosecond(i128::from(nanoseconds)) {
        Ok(at) if nanoseconds > 0 => at.strftime("%Y-%m-%d %H:%M:%S.%3f UTC").to_string(),
        Ok(_) | Err(_) => "without a time".to_owned(),
    }
}
