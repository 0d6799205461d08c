//! What is said of a trace as a whole, above and below its spans.

use anstyle::Style;
use ptctl_diagnosis::trace::{SpanKind, Trace};

use super::{
    about::within,
    bar::signs,
    shown::{Findings, ShownTrace},
    warnings::warnings,
};
use crate::render::{Page, Tone, length::length, time::moment};

/// So many gaps are told, the longest first.
const GAPS: usize = 3;
/// Of a name or a reason, so many characters are shown; JSON has all.
const TEXT: usize = 300;
/// What a service without a name is called.
pub(in crate::render) const NO_SERVICE: &str = "(no service.name)";

/// What is to be known before the spans are read.
pub(super) fn head(page: &mut Page, shown: &ShownTrace<'_>, findings: &Findings) {
    let trace = shown.trace;
    let root = &trace.spans()[trace.root()];
    let errors = trace.errors();
    let is_whole = findings.warnings.is_empty()
        && shown.partial.is_none()
        && shown.unreadable == 0
        && shown.unasked.is_empty();
    let tone = match (errors, is_whole) {
        (0, true) => Tone::Good,
        (0, false) => Tone::Doubtful,
        _ => Tone::Bad,
    };
    let sign = page.sign(tone);
    page.verbatim("", tone, &format!("{sign} trace {}", trace.id()));
    let service = root.service().unwrap_or(NO_SERVICE);
    let root = within(format!("{service}: {}", root.name), TEXT);
    page.entry("  ", Tone::Plain, &root);
    let extent = trace.extent();
    let services = trace.services().len();
    let holders: Vec<String> = shown
        .holders
        .iter()
        .map(|holder| format!("`{}` at {}", holder.tempo, holder.reached))
        .collect();
    let count = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    page.entry(
        "  ",
        Tone::Plain,
        &format!(
            "{}, {}; {} of {}, {errors} failed; in Tempo {}",
            time(extent.start),
            length(extent.end - extent.start, page.glyphs()),
            count(trace.spans().len(), "span"),
            count(services, "service"),
            holders.join(" and "),
        ),
    );
    let glyphs = page.glyphs();
    let mut texts = Vec::new();
    if let Some(reason) = shown.partial {
        let text = format!("Tempo left spans out: {reason}");
        texts.push(within(text, TEXT));
    }
    if shown.unreadable > 0 {
        texts.push(match shown.unreadable {
            1 => "one span has no id that can be read and is left out".to_owned(),
            spans => format!("{spans} spans have no id that can be read and are left out"),
        });
    }
    for why in shown.unasked {
        texts.push(within(format!("there may be more: {why}"), TEXT));
    }
    texts.extend(warnings(&findings.warnings, |time| length(time, glyphs)));
    for text in texts {
        let label = format!("{} ", page.sign(Tone::Doubtful));
        page.entry(&label, Tone::Doubtful, &text);
    }
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
                "{} within `{}` from {} on: {}nothing below it ran",
                length(gap.duration(), glyphs),
                within(span.name.clone(), TEXT),
                length(gap.from.saturating_sub(start), glyphs),
                if is_shifted(trace, gap.span) {
                    "by these clocks "
                } else {
                    ""
                },
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

/// Whether something below a span lies outside of it in a way that only clocks explain.
fn is_shifted(trace: &Trace, span: usize) -> bool {
    let parent = &trace.spans()[span];
    let mut children = trace.children(span).map(|child| &trace.spans()[child]);
    children.any(|child| {
        let is_answer = child.kind == SpanKind::Server;
        let is_late = is_answer && parent.is_timed() && child.start > parent.end;
        child.start > 0 && (child.start < parent.start || is_late)
    })
}

/// A moment in UTC to the millisecond.
pub(super) fn time(nanoseconds: u64) -> String {
    match moment(nanoseconds) {
        Some(at) => at.strftime("%Y-%m-%d %H:%M:%S.%3f UTC").to_string(),
        None => "without a time".to_owned(),
    }
}
