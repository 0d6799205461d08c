//! The broken ways, one line each: `✓ scraper ✓ config ✓ name ✗ connection (PT0105) · protocol … query`.

use std::collections::BTreeSet;

use ptctl_diagnosis::{
    diagnosis::{Diagnosis, RootCause},
    engine::{Hop, HopName, HopState, Path},
    subject::Subject,
};

use super::super::page::{Page, Tone, UNKNOWN, Unit};

/// Services named on one line; more are counted.
const NAMED: usize = 2;
const LABEL: &str = "  path    ";

/// The ways that were drawn already: each is drawn once, beneath the first cause that breaks it.
#[derive(Debug, Default)]
pub(super) struct Drawn(BTreeSet<usize>);

/// Draws the ways that `cause` breaks first.
pub(super) fn paths(page: &mut Page, diagnosis: &Diagnosis, cause: &RootCause, drawn: &mut Drawn) {
    for (number, path) in diagnosis.paths.iter().enumerate() {
        if path.broken_by() == Some(cause.finding.code) && drawn.0.insert(number) {
            let label = LABEL;
            let room = page.room_beside(label.len());
            let whole = units(page, path, Beyond::Whole);
            let units = if width(&whole) <= room {
                whole
            } else {
                units(page, path, Beyond::Folded)
            };
            page.units(label, &units);
        }
    }
}

/// How the hops that nothing gets to are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beyond {
    /// Each of them.
    Whole,
    /// The first and the last.
    Folded,
}

fn width(units: &[Unit]) -> usize {
    units.iter().map(|unit| unit.width() + 1).sum::<usize>() - 1
}

fn units(page: &Page, path: &Path, beyond: Beyond) -> Vec<Unit> {
    let is_blocked = |hop: &Hop| matches!(hop.state, HopState::Blocked { .. });
    let end = path.hops.len()
        - path
            .hops
            .iter()
            .rev()
            .take_while(|hop| is_blocked(hop))
            .count();
    let (reached, blocked) = path.hops.split_at(end);
    let mut units: Vec<Unit> = reached.iter().map(|hop| unit(page, path, *hop)).collect();
    match (blocked, beyond) {
        ([first, _, .., last], Beyond::Folded) => {
            let mut folded = unit(page, path, *first);
            folded.text = format!("{} … {}", first.name.word(), last.name.word());
            units.push(folded);
        }
        (blocked, Beyond::Whole | Beyond::Folded) => {
            units.extend(blocked.iter().map(|hop| unit(page, path, *hop)));
        }
    }
    units
}

fn unit(page: &Page, path: &Path, hop: Hop) -> Unit {
    let word = match hop.name {
        // The first hop is the services themselves.
        HopName::App => services(&path.services),
        name => name.word().to_owned(),
    };
    let (sign, tone, text) = match hop.state {
        HopState::Ok => (page.sign(Tone::Good), Tone::Good, word),
        HopState::Degraded { by } => (
            page.sign(Tone::Doubtful),
            Tone::Doubtful,
            format!("{word} ({by})"),
        ),
        HopState::Broken { by } => (page.sign(Tone::Bad), Tone::Bad, format!("{word} ({by})")),
        HopState::Unknown => (UNKNOWN, Tone::Doubtful, word),
        HopState::Blocked { .. } => (page.sign(Tone::Plain), Tone::Faint, word),
    };
    Unit { sign, tone, text }
}

fn services(services: &[Subject]) -> String {
    let named: Vec<&str> = services.iter().take(NAMED).map(Subject::name).collect();
    match services.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
