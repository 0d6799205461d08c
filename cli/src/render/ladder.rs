//! A ladder for a person: each rung with its time and what was met there, the first broken one, and what to do.

mod line;

use ptctl_diagnosis::{
    ladder::{Break, Obstacle, RungName},
    snapshot::{
        Destination, Encryption, ExportAttempt, Ladder, LadderDepth, NetworkPath, Rung, Speech,
        Way, WayPlace, spoken_time,
    },
};

pub use self::line::{LadderLine, LadderRemedy};
use self::line::{at, stops_outside};
use super::page::{Page, Tone};

/// Writes down each way.
pub fn ladders(page: &mut Page, lines: &[LadderLine<'_>]) {
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            page.blank();
        }
        let ladder = line
            .path
            .and_then(|path| Some((path, path.ladder.known()?)));
        match ladder {
            Some((path, ladder)) => tried(page, line, path, ladder),
            None => {
                let why = line.untried.as_deref().unwrap_or("nobody tried");
                let sign = page.sign(Tone::Doubtful);
                page.entry(&format!("{sign} {}  ", line.from), Tone::Doubtful, why);
                cause(page, line);
            }
        }
    }
    if lines.is_empty() {
        page.paragraph(Tone::Doubtful, "no service shows a sign of tracing");
    }
}

fn tried(page: &mut Page, line: &LadderLine<'_>, path: &NetworkPath, ladder: &Ladder) {
    let tone = match line.is_whole() {
        Some(true) if !line.has_cause() => Tone::Good,
        Some(false) => Tone::Bad,
        Some(true) | None => Tone::Doubtful,
    };
    let sign = page.sign(tone);
    page.entry(
        &format!("{sign} {} → ", line.from),
        tone,
        &format!(
            "{}, {}{}{}",
            shown(&path.destination),
            spoken_time(ladder.took_us),
            if stops_outside(ladder) {
                ", as far as it was tried"
            } else {
                ""
            },
            line.state.map_or(String::new(), |state| format!(
                "; `{}` is {state}",
                line.from
            )),
        ),
    );
    let rows = rows(page, path, ladder);
    page.table(["rung", "time", "found"], &rows);
    if let (None, Some(reason)) = (&line.broken, &ladder.unfinished) {
        page.entry("  not further: ", Tone::Doubtful, reason);
    }
    match (&line.broken, &line.cause) {
        (_, Some(_)) => cause(page, line),
        (Some(broken), None) => page.entry(
            "  more: ",
            Tone::Faint,
            &format!("ptctl explain {}", broken.code),
        ),
        (None, None) => {}
    }
}

/// The cause and what to do about it, where there is one.
fn cause(page: &mut Page, line: &LadderLine<'_>) {
    if let Some(cause) = &line.cause {
        page.entry(&format!("  {} ", cause.code), Tone::Bad, &cause.message);
        page.entry("  remedy ", Tone::Faint, &cause.remedy);
        if let Some(command) = &cause.command {
            page.verbatim("         $ ", Tone::Plain, command);
        }
    }
}

type Row = [(String, Tone); 3];

/// The rungs from the first one on; of several addresses each has its own.
fn rows(page: &Page, path: &NetworkPath, ladder: &Ladder) -> Vec<Row> {
    let at = at(path);
    let breaks_at = |rung: RungName, way: Option<&Way>| {
        at.as_ref().is_some_and(|at| {
            at.obstacle.rung() == rung
                && (at.way.is_none() || way.map(|way| way.address) == at.way.map(|way| way.address))
        })
    };
    let row = |rung: RungName, is_bad: bool, took: Option<u64>, found: String| -> Row {
        let tone = if is_bad { Tone::Bad } else { Tone::Good };
        [
            (format!("{} {}", page.sign(tone), rung.word()), tone),
            (took.map(spoken_time).unwrap_or_default(), Tone::Plain),
            (found, Tone::Plain),
        ]
    };
    let resolution = &ladder.resolution;
    let mut found = resolution.result.describe();
    if !ladder.ways.is_empty() {
        found = format!("{} ({found})", ladder.addresses());
    } else if let Some(file) = &resolution.file {
        found = format!("{found}; {}", file.shown());
    }
    let mut rows = vec![row(
        RungName::Resolve,
        !resolution.result.is_found(),
        Some(resolution.took_us),
        found,
    )];
    for way in &ladder.ways {
        let is_open = way.connection.found == ptctl_diagnosis::snapshot::ConnectOutcome::Open;
        rows.push(row(
            RungName::Connect,
            !is_open,
            Some(way.connection.took_us),
            format!(
                "{}: {}",
                std::net::SocketAddr::new(way.address, path.destination.port),
                way.connection.found.describe()
            ),
        ));
        if let Some(speech) = &way.speech {
            rows.push(spoken(&row, breaks_at(RungName::Speak, Some(way)), speech));
        }
        if let Some(export) = &way.export {
            exported(&mut rows, &row, at.as_ref(), export);
        }
        if is_open && way.speech.is_none() && ladder.unfinished.is_none() {
            rows.push(unsent(page, ladder, way));
        }
    }
    rows
}

type MakeRow<'r> = dyn Fn(RungName, bool, Option<u64>, String) -> Row + 'r;

fn spoken(row: &MakeRow<'_>, is_bad: bool, speech: &Rung<Speech>) -> Row {
    let mut found = speech.found.describe();
    if let Some(tls) = &speech.found.tls {
        let fault = tls.trust.fault();
        if let Some(fault) = fault {
            found.push_str("; its certificate: ");
            found.push_str(&fault);
        }
        if let Some(certificate) = &tls.certificate {
            found.push_str("; for ");
            found.push_str(&certificate.names.join(", "));
            found.push_str(" until ");
            found.push_str(&certificate.not_after.strftime("%F").to_string());
        }
    }
    row(RungName::Speak, is_bad, Some(speech.took_us), found)
}

fn exported(
    rows: &mut Vec<Row>,
    row: &MakeRow<'_>,
    at: Option<&Break<'_>>,
    export: &Rung<ExportAttempt>,
) {
    let attempt = &export.found;
    let accepted = attempt.delivery.is_accepted();
    let wanted = attempt.wants();
    let path = attempt
        .path
        .as_deref()
        .map(|path| format!(" to {path}"))
        .unwrap_or_default();
    let understood = if wanted.is_some() {
        "understood, and answered "
    } else {
        ""
    };
    let found = format!(
        "an empty one by {}{path}: {understood}{}",
        attempt.protocol.word(),
        attempt.delivery.outcome
    );
    rows.push(row(
        RungName::Export,
        !accepted && wanted.is_none(),
        Some(export.took_us),
        found,
    ));
    if accepted {
        let found = "taken as the service sends it".to_owned();
        rows.push(row(RungName::Authenticate, false, None, found));
    } else if let Some(Obstacle::Wants(wanted, _)) = at.map(|at| &at.obstacle) {
        rows.push(row(
            RungName::Authenticate,
            true,
            None,
            wanted.describe().to_owned(),
        ));
    }
}

/// Why nothing was sent to an address that takes connections.
fn unsent(page: &Page, ladder: &Ladder, way: &Way) -> Row {
    let why = match (ladder.depth, way.place) {
        (LadderDepth::Full, WayPlace::Outside) => {
            "not tried: it is outside the engine, and nothing is sent there without --canary-external"
        }
        (LadderDepth::Full | LadderDepth::Connect, _) => "not tried: nothing was to be sent",
    };
    [
        (
            format!("{} {}", page.sign(Tone::Faint), RungName::Speak.word()),
            Tone::Faint,
        ),
        (String::new(), Tone::Plain),
        (why.to_owned(), Tone::Faint),
    ]
}

/// `tempo:4318/v1/traces, OTLP by HTTP in plaintext`.
fn shown(destination: &Destination) -> String {
    let host = if destination.host.contains(':') {
        format!("[{}]", destination.host)
    } else {
        destination.host.clone()
    };
    let path = destination.path.as_deref().unwrap_or_default();
    let protocol = destination
        .protocol
        .map(|protocol| format!(" by {}", protocol.word()))
        .unwrap_or_default();
    let encryption = match destination.encryption {
        Some(Encryption::Plaintext) => " in plaintext",
        Some(Encryption::Tls) => " in TLS",
        None => "",
    };
    format!("{host}:{}{path}{protocol}{encryption}", destination.port)
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::{
        fixtures,
        snapshot::{ConnectOutcome, NameResult},
    };

    use super::*;
    use crate::render::Glyphs;

    fn drawn(path: &NetworkPath) -> String {
        let mut page = Page::new(80, Glyphs::Unicode);
        ladders(&mut page, &[LadderLine::tried("scraper", path, None)]);
        page.into_text()
    }

    fn whole() -> NetworkPath {
        fixtures::network_path(&fixtures::healthy(), "scraper")
    }

    #[test]
    fn a_whole_way_shows_every_rung_with_its_time() {
        insta::assert_snapshot!(drawn(&whole()), @r"
        ✓ scraper → tempo:4317 by gRPC in plaintext, 8.0 ms
          rung            time    found
          ✓ resolve       0.9 ms  172.20.0.5 (shop_tempo_1) (`tempo` by 127.0.0.11)
          ✓ connect       0.2 ms  172.20.0.5:4317: open
          ✓ speaks        4.0 ms  HTTP/2 in plaintext: an OTLP receiver (gRPC)
          ✓ export        2.0 ms  an empty one by gRPC: accepted
          ✓ authenticate          taken as the service sends it
        ");
    }

    #[test]
    fn a_broken_way_ends_at_its_first_broken_rung() {
        let mut path = whole();
        let way = &mut path.ladder_mut().ways[0];
        way.connection.found = ConnectOutcome::Refused;
        way.speech = None;
        way.export = None;
        insta::assert_snapshot!(drawn(&path), @r"
        ✗ scraper → tempo:4317 by gRPC in plaintext, 8.0 ms
          rung       time    found
          ✓ resolve  0.9 ms  172.20.0.5 (shop_tempo_1) (`tempo` by 127.0.0.11)
          ✗ connect  0.2 ms  172.20.0.5:4317: refused: nobody listens there
          more: ptctl explain PT0431
        ");
        path.ladder_mut().ways.clear();
        path.ladder_mut().resolution.result = NameResult::NoSuchName;
        assert!(drawn(&path).contains("✗ resolve  0.9 ms  no such name (NXDOMAIN)"));
    }

    #[test]
    fn a_way_that_was_not_tried_to_its_end_is_neither_whole_nor_broken() {
        let mut path = whole();
        path.ladder_mut().ways[0].export = None;
        path.ladder_mut().unfinished = Some("the time was over".to_owned());
        assert!(drawn(&path).contains("not further: the time was over"));
        assert_eq!(LadderLine::tried("scraper", &path, None).is_whole(), None);
        path.ladder_mut().ways[0].connection.found = ConnectOutcome::Refused;
        assert_eq!(
            LadderLine::tried("scraper", &path, None).is_whole(),
            Some(false)
        );
    }

    #[test]
    fn a_way_out_of_the_engine_says_what_was_not_sent_and_why() {
        let mut path = whole();
        let way = &mut path.ladder_mut().ways[0];
        way.place = WayPlace::Outside;
        way.owner = None;
        way.speech = None;
        way.export = None;
        let drawn = drawn(&path);
        assert!(drawn.contains("--canary-external"), "{drawn}");
        assert!(drawn.starts_with("▲ scraper → "), "{drawn}");
        assert!(drawn.contains(", as far as it was tried\n"), "{drawn}");
        assert_eq!(LadderLine::tried("scraper", &path, None).is_whole(), None);
    }

    #[test]
    fn a_way_that_holds_says_what_keeps_its_service_from_using_it() {
        let broken = fixtures::broken().into_iter();
        let mut found = broken.filter(|broken| broken.code == "PT0320");
        let diagnosis = ptctl_diagnosis::diagnose(
            &found.next().unwrap().snapshot,
            &ptctl_diagnosis::policy::Policy::default(),
        );
        let cause = LadderRemedy::of(&diagnosis.causes[0].finding);
        let path = whole();
        let line = LadderLine::tried("scraper", &path, Some(cause)).while_it_is("paused");
        let mut page = Page::new(80, Glyphs::Unicode);
        ladders(&mut page, &[line]);
        let text = page.into_text();
        assert!(text.starts_with("▲ scraper → "), "{text}");
        assert!(text.contains("; `scraper` is paused\n"), "{text}");
        assert!(text.contains("✓ authenticate"), "{text}");
        assert!(text.contains("\n  PT0320 `scraper` "), "{text}");
        assert!(text.contains("\n  remedy "), "{text}");
    }
}
