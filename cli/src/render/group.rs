//! Findings of one check about many subjects, folded into one, so that a common fault of two hundred services is read
//! once.

use ptctl_diagnosis::{
    catalogue, diagnosis::RootCause, finding::Finding, subject::Subject, watch::Standing,
};

/// As many findings of one check and one severity are folded into one.
const FOLDED_FROM: usize = 4;
/// Names shown of a fold; the rest is counted.
const NAMES_SHOWN: usize = 3;

/// What stands in a list of findings: one, or the fold of many.
#[derive(Debug)]
pub(super) enum Group<'a, T> {
    /// One finding.
    One(&'a T),
    /// Findings of one check and one severity, in their order; at least four.
    Many(Vec<&'a T>),
}

/// What is, or carries, a finding.
pub(super) trait HasFinding {
    fn finding(&self) -> &Finding;
}

impl HasFinding for RootCause {
    fn finding(&self) -> &Finding {
        &self.finding
    }
}

impl HasFinding for Finding {
    fn finding(&self) -> &Finding {
        self
    }
}

impl HasFinding for Standing {
    fn finding(&self) -> &Finding {
        &self.finding
    }
}

impl<T: HasFinding> HasFinding for &T {
    fn finding(&self) -> &Finding {
        (*self).finding()
    }
}

/// The findings in their order; those that fold stand where the first of them stood.
pub(super) fn groups<T: HasFinding>(findings: &[T]) -> Vec<Group<'_, T>> {
    let key = |item: &T| (item.finding().code, item.finding().severity);
    let mut counts = std::collections::BTreeMap::<_, Vec<&T>>::new();
    for item in findings {
        counts.entry(key(item)).or_default().push(item);
    }
    findings
        .iter()
        .filter_map(|item| match counts.get(&key(item)) {
            Some(many) if many.len() >= FOLDED_FROM => counts.remove(&key(item)).map(Group::Many),
            Some(_) => Some(Group::One(item)),
            // The fold has taken it along.
            None => None,
        })
        .collect()
}

/// What a fold says in one sentence: how many of what, and the failing state.
pub(super) fn sentence<T: HasFinding>(many: &[&T]) -> String {
    let Some(first) = many.first().map(HasFinding::finding) else {
        return String::new();
    };
    let state = catalogue::by_code(first.code).map_or("", |check| check.summary);
    format!("{} {}: {state}", many.len(), noun(&first.subject))
}

/// The first names of a fold: `a`, `b`, `c` and 197 more.
pub(super) fn names<T: HasFinding>(many: &[&T]) -> String {
    let shown: Vec<String> = many
        .iter()
        .take(NAMES_SHOWN)
        .map(|item| format!("`{}`", item.finding().subject.name()))
        .collect();
    match many.len().saturating_sub(NAMES_SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What several subjects of this kind are called.
fn noun(subject: &Subject) -> &'static str {
    match subject {
        Subject::Stack => "stacks",
        Subject::Engine => "engines",
        Subject::Tempo(_) => "Tempos",
        Subject::Service(_) => "services",
        Subject::Collector(_) => "collectors",
        Subject::Grafana(_) => "Grafanas",
        Subject::Loki(_) => "Lokis",
        Subject::Prometheus(_) => "Prometheuses",
        Subject::Container(_) => "containers",
    }
}
