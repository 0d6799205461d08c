//! What the checks of a tried way have in common: which break each is about, words and proofs.

use jiff::SignedDuration;

use crate::{
    check::{Cause, Outcome, Report, Verdict, fail},
    checks::{
        configuration::aim::{self, Aim},
        explanations, standing,
    },
    export::{ExportSettings, Setting, variables},
    finding::{Confidence, Evidence, EvidenceKind, Remedy, Severity},
    ladder::{Break, Extent, Judgement, RungName, judge},
    observed::{Gap, Probe},
    snapshot::{ExportAttempt, Ladder, NameResult, NetworkPath, Rung, Speech, Way, spoken_time},
    view::{Service, Stack},
};

/// Why a way breaks, whichever rung it is: what is known without trying it.
pub(super) const MASKED_BY: &[&[Cause]] = &[
    explanations::ENDPOINT,
    explanations::BACKEND,
    explanations::RELAY,
];
/// How a person sees that a way holds again.
pub(super) const VERIFY: &str = "`ptctl probe SERVICE` shows every rung whole.";
/// A span that is newer than this shows that spans arrive now, whatever the settings say.
const NOW: SignedDuration = SignedDuration::from_secs(60);

/// A way that breaks.
pub(super) struct Broken<'a> {
    /// Whose way it is.
    pub(super) service: &'a Service<'a>,
    /// How it exports.
    pub(super) settings: &'a ExportSettings,
    /// What was met.
    pub(super) ladder: &'a Ladder,
    /// Where it breaks.
    pub(super) at: Break<'a>,
    path: &'a NetworkPath,
}

/// What a check says of a break.
pub(super) struct Complaint {
    what: String,
    remedy: Remedy,
    confidence: Confidence,
    severity: Option<Severity>,
}

impl Complaint {
    /// What follows `… sends spans to …, `.
    pub(super) fn new(what: impl Into<String>, remedy: Remedy) -> Self {
        Self {
            what: what.into(),
            remedy,
            confidence: Confidence::Proven,
            severity: None,
        }
    }

    /// The same where the program may know better.
    pub(super) fn likely(mut self) -> Self {
        self.confidence = Confidence::Likely;
        self
    }

    /// The same at another severity than the check's.
    pub(super) fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }
}

/// Whether a service was told whose certificates to trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authority {
    /// It was.
    Named,
    /// It trusts whomever its image and its SDK trust.
    Unnamed,
}

/// Examines the way of a service for the break that a check is about, which stands at `rung`. That only some addresses of
/// the name are broken is another check's.
pub(super) fn examine(
    service: &Service<'_>,
    stack: &Stack<'_>,
    rung: RungName,
    complain: impl Fn(&Broken<'_>) -> Option<Complaint>,
) -> Verdict {
    examine_each_address(service, stack, rung, |broken| match broken.at.extent {
        Extent::All => complain(broken),
        Extent::Part => None,
    })
}

/// The same where a check is about single addresses.
pub(super) fn examine_each_address(
    service: &Service<'_>,
    stack: &Stack<'_>,
    rung: RungName,
    complain: impl Fn(&Broken<'_>) -> Option<Complaint>,
) -> Verdict {
    let Some(path) = stack.path_of(service) else {
        return Ok(Outcome::NotApplicable(
            "its way was not tried from its own network",
        ));
    };
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let ladder = path.ladder.get()?;
    let at = match judge(&path.destination, ladder) {
        Judgement::Holds(reached) if reached >= rung => return Ok(Outcome::Pass),
        Judgement::Holds(_) => {
            return match &ladder.unfinished {
                Some(reason) => Err(gap(service, reason)),
                None => Ok(Outcome::NotApplicable(
                    "nothing was sent to its endpoint, as `--probe` would",
                )),
            };
        }
        Judgement::Breaks(at) => at,
        Judgement::Untold(reason) => return Err(gap(service, reason)),
    };
    let reached = at.obstacle.rung();
    let broken = Broken {
        service,
        settings,
        ladder,
        at,
        path,
    };
    match complain(&broken) {
        Some(complaint) => fail(broken.report(complaint, stack)),
        None if reached >= rung => Ok(Outcome::Pass),
        None => Ok(Outcome::NotApplicable("its way breaks before that")),
    }
}

/// What nobody could tell of a service's way.
pub(super) fn gap(service: &Service<'_>, reason: &str) -> Gap {
    Gap::new(Probe::NetworkPath, service.subject.clone(), reason)
}

impl Broken<'_> {
    /// The address at which it breaks, with its port and owner: `172.20.0.5:4317 (shop_tempo_1)`.
    pub(super) fn place(&self) -> String {
        match self.at.way {
            Some(way) => self.address(way),
            None => format!("port {}", self.path.destination.port),
        }
    }

    /// Whether the service's variables say whom it trusts.
    pub(super) fn names_authority(&self) -> Authority {
        match Setting::first(self.service.container, &variables::CERTIFICATE) {
            Some(_) => Authority::Named,
            None => Authority::Unnamed,
        }
    }

    /// Sets the endpoint's variable.
    pub(super) fn set(&self, value: &str) -> Remedy {
        aim::set(self.service, self.settings, value)
    }

    /// A value of the endpoint's variable that is right for the stack's own backend.
    pub(super) fn right_value(&self, stack: &Stack<'_>) -> String {
        aim::right_value(self.service, self.settings, stack)
    }

    fn address(&self, way: &Way) -> String {
        let port = self.path.destination.port;
        let address = std::net::SocketAddr::new(way.address, port);
        match &way.owner {
            Some(owner) => format!("{address} ({owner})"),
            None => address.to_string(),
        }
    }

    fn report(&self, complaint: Complaint, stack: &Stack<'_>) -> Report {
        let part = match self.at.extent {
            Extent::All => "",
            Extent::Part => {
                "; other addresses of that name are well, so that a part of the spans is lost"
            }
        };
        let message = format!(
            "`{}` sends spans to `{}`, {}{part}",
            self.service.label(),
            self.settings.shown(),
            complaint.what,
        );
        let mut proofs = self.proofs().into_iter();
        let first = proofs
            .next()
            .unwrap_or_else(|| aim::source_proof(self.service, self.settings));
        let mut report = Report::new(message, first, complaint.remedy)
            .proof(proofs)
            .proof([aim::source_proof(self.service, self.settings)]);
        report.severity = complaint.severity.or(match self.at.extent {
            Extent::All => None,
            Extent::Part => Some(Severity::Warning),
        });
        report.confidence = complaint.confidence;
        if arrives_now(self.service, stack) {
            // The program may have other settings than its environment says.
            report = report.severity(Severity::Info).likely();
        }
        report
    }

    /// What was met, from the rung that breaks downwards.
    fn proofs(&self) -> Vec<Evidence> {
        let rung = self.at.obstacle.rung();
        let mut proofs = Vec::new();
        if let Some(way) = self.at.way {
            if rung >= RungName::Export {
                proofs.extend(way.export.as_ref().map(|export| self.exported(export)));
            }
            if rung >= RungName::Speak {
                proofs.extend(way.speech.as_ref().map(|speech| self.spoken(way, speech)));
            }
        }
        if rung == RungName::Connect {
            proofs.extend(self.ladder.ways.iter().map(|way| self.connected(way)));
        }
        proofs.push(self.resolved());
        proofs
    }

    fn proof(&self, text: String) -> Evidence {
        let source = format!("the network of {}", self.service.container.name);
        Evidence::new(EvidenceKind::Network, source, text)
    }

    fn exported(&self, export: &Rung<ExportAttempt>) -> Evidence {
        let attempt = &export.found;
        let path = attempt.path.as_deref().unwrap_or_default();
        self.proof(format!(
            "an empty export by {}{}{path}: {}, {}",
            attempt.protocol.word(),
            if path.is_empty() { "" } else { " to " },
            attempt.delivery.outcome,
            spoken_time(export.took_us),
        ))
    }

    fn spoken(&self, way: &Way, speech: &Rung<Speech>) -> Evidence {
        self.proof(format!(
            "{} speaks {}, {}",
            self.address(way),
            speech.found.describe(),
            spoken_time(speech.took_us),
        ))
    }

    fn connected(&self, way: &Way) -> Evidence {
        self.proof(format!(
            "{}: {}, {}",
            self.address(way),
            way.connection.found.describe(),
            spoken_time(way.connection.took_us),
        ))
    }

    fn resolved(&self) -> Evidence {
        let resolution = &self.ladder.resolution;
        let host = &self.path.destination.host;
        let text = match (&resolution.result, &resolution.file) {
            (NameResult::Found { .. }, _) => format!(
                "`{host}` is {} ({})",
                self.ladder.addresses(),
                resolution.result.describe()
            ),
            (result, Some(file)) => {
                format!("`{host}`: {}; {}", result.describe(), file.shown())
            }
            (result, None) => format!("`{host}`: {}", result.describe()),
        };
        self.proof(format!("{text}, {}", spoken_time(resolution.took_us)))
    }
}

/// Whether the spans of a service arrive at this moment, and it says nothing else.
fn arrives_now(service: &Service<'_>, stack: &Stack<'_>) -> bool {
    let fails = standing::standing(service, stack).is_ok_and(|errors| !errors.is_empty());
    let last = match stack.sighting_of(service) {
        Ok(Some(sighting)) => sighting.last_at,
        Ok(None) | Err(_) => None,
    };
    !fails && last.is_some_and(|last| stack.snapshot.taken_at.duration_since(last) < NOW)
}

#[cfg(test)]
mod tests {
    use crate::{
        code::Code,
        diagnose, fixtures,
        observed::Probe,
        policy::Policy,
        snapshot::{Ladder, NameResult, Plaintext},
    };

    /// What comes of `scraper`'s way: findings of this area, passed checks of it, and the reasons of its gaps.
    fn judged(change: impl Fn(&mut Ladder)) -> (Vec<Code>, Vec<Code>, Vec<String>) {
        let mut stack = fixtures::healthy();
        let mut path = fixtures::network_path(&stack, "scraper");
        change(path.ladder_mut());
        stack.network_paths.push(path);
        let diagnosis = diagnose(&stack, &Policy::default());
        // 441 judges packets by what the engine says of its networks.
        let is_here = |code: &Code| {
            (Code::new(428)..=Code::new(445)).contains(code) && *code != Code::new(441)
        };
        (
            diagnosis
                .findings()
                .map(|finding| finding.code)
                .filter(is_here)
                .collect(),
            diagnosis
                .passed
                .iter()
                .map(|passed| passed.code)
                .filter(is_here)
                .collect(),
            diagnosis
                .gaps
                .iter()
                .filter(|gap| gap.probe == Probe::NetworkPath)
                .map(|gap| gap.reason.clone())
                .collect(),
        )
    }

    #[test]
    fn a_name_that_nobody_could_look_up_passes_no_check_and_fails_none() {
        let (found, passed, gaps) = judged(|ladder| {
            ladder.ways.clear();
            ladder.resolution.result = NameResult::Untold {
                reason: "`/etc/hosts` cannot be read".to_owned(),
            };
        });
        assert_eq!((found, passed), (Vec::new(), Vec::new()));
        assert!(!gaps.is_empty() && gaps.iter().all(|gap| gap.contains("/etc/hosts")));
    }

    #[test]
    fn what_was_not_tried_for_want_of_time_is_a_gap_and_what_was_holds() {
        let (found, passed, gaps) = judged(|ladder| {
            ladder.ways[0].speech = None;
            ladder.ways[0].export = None;
            ladder.unfinished = Some("no time".to_owned());
        });
        assert_eq!(found, []);
        assert!(passed.contains(&Code::new(431)) && !passed.contains(&Code::new(437)));
        assert!(gaps.iter().any(|gap| gap == "no time"));
    }

    #[test]
    fn a_silence_is_never_proven() {
        let mut stack = fixtures::healthy();
        let mut path = fixtures::network_path(&stack, "scraper");
        let way = &mut path.ladder_mut().ways[0];
        way.export = None;
        way.speech.as_mut().unwrap().found.plaintext = Plaintext::Silent;
        stack.network_paths.push(path);
        let diagnosis = diagnose(&stack, &Policy::default());
        let finding = diagnosis
            .findings()
            .find(|finding| finding.code == Code::new(443))
            .unwrap();
        assert_eq!(finding.confidence, crate::finding::Confidence::Likely);
    }
}
