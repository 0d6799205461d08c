//! Canaries for a person: where each was sent, what was said there, and how it was found again.

use jiff::SignedDuration;
use ptctl_diagnosis::{
    observed::Observed,
    snapshot::{CanaryShape, Fidelity, Flight, Landing, Sight},
};
use serde::Serialize;

use super::page::{Page, Tone};

/// The canary of one service.
#[derive(Debug, Serialize)]
pub struct CanaryLine<'s> {
    /// The service.
    pub service: &'s str,
    /// What became of its canary.
    pub canary: &'s Observed<Flight>,
}

/// Writes down what became of each canary.
pub fn canaries(page: &mut Page, lines: &[CanaryLine<'_>]) {
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            page.blank();
        }
        match line.canary {
            Observed::Unknown(gap) => {
                headline(page, Tone::Doubtful, line.service, "no span was written");
                row(page, "why", &gap.reason);
            }
            Observed::Known(flight) => of_flight(page, line.service, flight),
        }
    }
}

fn of_flight(page: &mut Page, service: &str, flight: &Flight) {
    let landing = flight.landing.as_ref();
    let landed = flight.landed();
    let (tone, words) = match (flight.delivery.is_accepted(), landed) {
        (false, _) => (Tone::Bad, "not taken"),
        (true, None) => (Tone::Doubtful, "taken, and nobody could look for it"),
        (true, Some(landing)) => verdict(flight, landing),
    };
    headline(page, tone, service, words);
    let delivery = &flight.delivery;
    let sent = match flight.spans {
        1 => format!("{} to {}", named(flight.shape), flight.to),
        count => format!("{count} spans to {}", flight.to),
    };
    row(page, "sent", &sent);
    let taken = format!(
        "{} after {}",
        delivery.outcome,
        spoken(delivery.ended_after)
    );
    row(page, "answer", &taken);
    if let Some(gap) = landing.and_then(|landing| landing.gap()) {
        row(page, "found", &gap.reason);
    }
    let Some(landing) = landed else {
        return;
    };
    row(page, "trace", &flight.trace_id);
    row(page, "by id", &sight(&landing.by_id));
    if flight.spans > 1 {
        let count = format!("{} of {} spans", landing.spans_found, flight.spans);
        row(page, "count", &count);
    }
    match landing.text {
        Fidelity::NotAsked => {}
        Fidelity::Kept => row(page, "text", "as it was sent"),
        Fidelity::Changed => row(page, "text", "another than was sent"),
    }
    row(page, "by tags", &sight(&landing.by_tags));
    row(page, "by query", &sight(&landing.by_query));
}

fn verdict(flight: &Flight, landing: &Landing) -> (Tone, &'static str) {
    let sights = [&landing.by_id, &landing.by_tags, &landing.by_query];
    let is_missing = |sight: &&Sight| matches!(sight, Sight::Missing { .. });
    if is_missing(&&landing.by_id) {
        (Tone::Bad, "taken, and lost")
    } else if landing.by_id.is_found() && landing.spans_found < flight.spans {
        (Tone::Bad, "taken, and lost in part")
    } else if sights.iter().any(is_missing) {
        (Tone::Bad, "there, and not found in every way")
    } else if landing.text == Fidelity::Changed {
        (Tone::Bad, "found, and changed")
    } else if sights.iter().all(|sight| sight.is_found()) {
        (Tone::Good, "found")
    } else if landing.by_id.is_found() {
        (Tone::Good, "found by its id")
    } else {
        (Tone::Doubtful, "taken, and not found yet")
    }
}

fn named(shape: CanaryShape) -> &'static str {
    match shape {
        CanaryShape::Plain => "a span",
        CanaryShape::LeadingZeroId => "a span whose trace id begins with zeros",
        CanaryShape::Large => "a span of about a megabyte",
        CanaryShape::NonAscii => "a span with text in many alphabets",
        CanaryShape::Hundred => "spans",
    }
}

fn sight(sight: &Sight) -> String {
    match sight {
        Sight::Found { after } => format!("{} after it was taken", spoken(*after)),
        Sight::NotYet { waited, due } if *due >= SignedDuration::from_hours(1) => format!(
            "not within {}; a collector on the way may keep it back",
            spoken(*waited)
        ),
        Sight::NotYet { waited, due } => format!(
            "not yet after {}; it has to be after {}",
            spoken(*waited),
            spoken(*due)
        ),
        Sight::Missing { waited } => format!("not there after {}", spoken(*waited)),
        Sight::Failed { reason } => format!("could not be asked: {reason}"),
        Sight::NotAsked => "not asked".to_owned(),
    }
}

/// `9 ms`, `6.2 s`.
fn spoken(length: SignedDuration) -> String {
    crate::clients::deadline::spoken(length.unsigned_abs())
}

fn headline(page: &mut Page, tone: Tone, service: &str, words: &str) {
    let label = format!("{} {service}  ", page.sign(tone));
    page.entry(&label, tone, words);
}

fn row(page: &mut Page, label: &str, text: &str) {
    page.entry(&format!("  {label:<8}  "), Tone::Faint, text);
}
