use std::net::{IpAddr, Ipv6Addr};

use super::*;
use crate::{
    code::Code,
    fixtures,
    snapshot::{LadderDepth, NetworkPath, TlsSpeech, Trust},
};

fn path() -> NetworkPath {
    fixtures::network_path(&fixtures::healthy(), "scraper")
}

fn code(path: &NetworkPath) -> Option<Code> {
    let ladder = path.ladder.known().unwrap();
    match judge(&path.destination, ladder) {
        Judgement::Holds(_) | Judgement::Untold(_) => None,
        Judgement::Breaks(at) => Some(at.obstacle.code()),
    }
}

fn holds(path: &NetworkPath) -> Judgement<'_> {
    judge(&path.destination, path.ladder.known().unwrap())
}

#[test]
fn a_way_holds_as_far_as_it_was_climbed() {
    let mut path = path();
    assert_eq!(holds(&path), Judgement::Holds(RungName::Authenticate));
    let ladder = path.ladder_mut();
    ladder.depth = LadderDepth::Connect;
    ladder.ways[0].speech = None;
    ladder.ways[0].export = None;
    assert_eq!(holds(&path), Judgement::Holds(RungName::Connect));
}

#[test]
fn an_accepted_export_outweighs_whatever_the_port_seems_to_speak() {
    let mut path = path();
    let speech = &mut path.ladder_mut().ways[0].speech.as_mut().unwrap().found;
    speech.otlp.clear();
    speech.listener = Listener::Grpc;
    assert_eq!(code(&path), None);
}

#[test]
fn an_address_of_a_family_that_the_network_lacks_is_no_fault() {
    let mut path = path();
    let mut other = path.ladder_mut().ways[0].clone();
    other.address = IpAddr::V6(Ipv6Addr::LOCALHOST);
    other.connection.found = ConnectOutcome::NetworkUnreachable;
    other.speech = None;
    other.export = None;
    path.ladder_mut().ways.push(other.clone());
    assert_eq!(code(&path), None);
    other.connection.found = ConnectOutcome::Refused;
    path.ladder_mut().ways[1] = other;
    assert_eq!(code(&path), Some(Code::new(433)));
}

#[test]
fn of_several_broken_addresses_the_one_that_got_furthest_is_named() {
    let mut path = path();
    let mut refused = path.ladder_mut().ways[0].clone();
    refused.connection.found = ConnectOutcome::Refused;
    let ladder = path.ladder_mut();
    ladder.ways[0].export = None;
    let speech = &mut ladder.ways[0].speech.as_mut().unwrap().found;
    speech.otlp = vec![OtlpProtocol::Http];
    ladder.ways.insert(0, refused);
    assert_eq!(code(&path), Some(Code::new(436)));
}

#[test]
fn nobody_is_accused_where_the_program_alone_knows_how_it_sends() {
    let mut path = path();
    path.destination.protocol = None;
    path.destination.encryption = None;
    let way = &mut path.ladder_mut().ways[0];
    way.export = None;
    let speech = &mut way.speech.as_mut().unwrap().found;
    speech.otlp.clear();
    speech.plaintext = Plaintext::Closed;
    speech.listener = Listener::Unknown;
    speech.tls = Some(TlsSpeech {
        version: "TLS 1.3".to_owned(),
        alpn: None,
        certificate: None,
        trust: Trust::UnknownIssuer,
        roots: crate::snapshot::RootsUsed::Public,
    });
    assert_eq!(code(&path), None);
}

#[test]
fn a_name_that_nobody_could_look_up_is_neither_found_nor_unknown() {
    let mut path = path();
    let ladder = path.ladder_mut();
    ladder.ways.clear();
    ladder.resolution.result = NameResult::Untold {
        reason: "no time".to_owned(),
    };
    assert_eq!(holds(&path), Judgement::Untold("no time"));
}

#[test]
fn a_receiver_that_was_too_slow_to_say_so_is_not_taken_for_one_of_the_other_protocol() {
    let mut path = path();
    let way = &mut path.ladder_mut().ways[0];
    way.export = None;
    let speech = &mut way.speech.as_mut().unwrap().found;
    speech.otlp = vec![OtlpProtocol::Http];
    assert_eq!(code(&path), Some(Code::new(436)));
    let way = &mut path.ladder_mut().ways[0];
    way.speech.as_mut().unwrap().found.untold = vec![OtlpProtocol::Grpc];
    assert_eq!(code(&path), None);
}

#[test]
fn of_an_address_that_was_not_tried_as_far_nobody_says_that_it_is_well() {
    let mut path = path();
    let mut mute = path.ladder_mut().ways[0].clone();
    mute.export = None;
    mute.speech.as_mut().unwrap().found.plaintext = Plaintext::Silent;
    let ladder = path.ladder_mut();
    ladder.ways[0].speech = None;
    ladder.ways[0].export = None;
    ladder.ways.push(mute);
    ladder.unfinished = Some("no time".to_owned());
    assert_eq!(holds(&path), Judgement::Holds(RungName::Connect));
}
