//! What is wrong with a trace as a whole, in words.

use ptctl_diagnosis::trace::{Skew, SkewKind, SpanId, Warning};

use super::overview::NO_SERVICE;

/// So many parents that are missing are named.
const PARENTS: usize = 3;

/// Each warning as a sentence; the parents that are missing in one.
pub(super) fn warnings(warnings: &[Warning], length: impl Fn(u64) -> String) -> Vec<String> {
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
            Warning::UnreadableParent { spans: 1 } => {
                "one span names a parent by what is no span's id".to_owned()
            }
            Warning::UnreadableParent { spans } => {
                format!("{spans} spans name a parent by what is no span's id")
            }
            Warning::Untimed { spans: 1 } => {
                "one span does not say when it began, or not when it ended".to_owned()
            }
            Warning::Untimed { spans } => {
                format!("{spans} spans do not say when they began, or not when they ended")
            }
            Warning::Skew(skew) => of_clocks(skew, &length),
        });
    }
    if !parents.is_empty() {
        texts.insert(
            usize::from(warnings.first() == Some(&Warning::NoRoot)),
            missing(&parents, orphans),
        );
    }
    texts
}

fn missing(parents: &[&SpanId], orphans: usize) -> String {
    let named: Vec<String> = parents
        .iter()
        .take(PARENTS)
        .map(|parent| format!("`{parent}`"))
        .collect();
    let more = match parents.len().saturating_sub(PARENTS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match orphans {
        1 => format!(
            "one span names a parent that is missing: {}",
            named.concat()
        ),
        orphans => format!(
            "{orphans} spans name parents that are missing: {}{more}",
            named.join(", ")
        ),
    }
}

fn of_clocks(skew: &Skew, length: impl Fn(u64) -> String) -> String {
    let name = |service: &Option<String>| service.clone().unwrap_or_else(|| NO_SERVICE.to_owned());
    let (parent, child) = (name(&skew.parent), name(&skew.child));
    let by = length(skew.nanoseconds);
    let spans = match skew.spans {
        1 => "one span".to_owned(),
        spans => format!("{spans} spans"),
    };
    match skew.kind {
        SkewKind::BeforeParent if parent == child => format!(
            "{spans} of `{child}` began up to {by} before the parent: its clock was set meanwhile, it runs on several \
             hosts, or the start was set by hand"
        ),
        SkewKind::BeforeParent => format!(
            "{spans} of `{child}` began up to {by} before the parent in `{parent}`: the clock of `{child}` is behind, \
             or that of `{parent}` ahead, or the start was set by hand"
        ),
        SkewKind::AfterCall => format!(
            "{spans} of `{child}` began up to {by} after the call of `{parent}` had ended: the clock of `{child}` is \
             ahead, or `{parent}` had given up"
        ),
    }
}
