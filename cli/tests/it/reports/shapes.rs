//! What the formats for programs hold.

use ptctl::{
    cli::{Detail, ReportFormat},
    exit::{Completeness, Exit},
    render::{Glyphs, Page, Report, report},
};
use ptctl_diagnosis::{
    diagnose,
    finding::{Evidence, Location},
    fixtures,
    policy::{Policy, Suppression, Threshold},
    snapshot::Snapshot,
};
use serde_json::Value;

use super::{broken, schema::faults};

fn written(snapshot: &Snapshot, policy: &Policy, format: ReportFormat) -> String {
    let mut diagnosis = diagnose(snapshot, policy);
    if let Some(cause) = diagnosis.causes.first_mut() {
        let place = Location::new("/srv/shop/compose my.yml", 7, 3);
        cause
            .finding
            .evidence
            .push(Evidence::setting(place, "a: b"));
    }
    let made_of = Report {
        snapshot,
        diagnosis: &diagnosis,
        policy,
        exit: Exit::of(&diagnosis, policy, Completeness::Whole),
        detail: Detail::Normal,
        root: "/srv/shop",
        settings: None,
    };
    report(format, &made_of, Page::new(100, Glyphs::Unicode)).unwrap()
}

fn json(snapshot: &Snapshot, policy: &Policy, format: ReportFormat) -> Value {
    serde_json::from_str(&written(snapshot, policy, format)).unwrap()
}

fn published(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema/");
    let text = std::fs::read_to_string(format!("{folder}{name}")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn suppressing(rule: &str) -> Policy {
    Policy {
        suppressions: vec![Suppression {
            rule: rule.parse().unwrap(),
            origin: "the test".to_owned(),
            reason: Some("on purpose".to_owned()),
        }],
        ..Policy::default()
    }
}

#[test]
fn every_report_has_the_published_shape_and_no_member_beside_it() {
    let schema = published("report.schema.json");
    let mut looks: Vec<Snapshot> = fixtures::broken()
        .into_iter()
        .map(|broken| broken.snapshot)
        .collect();
    looks.extend([fixtures::healthy(), fixtures::blind()]);
    for snapshot in &looks {
        for policy in [
            Policy::default(),
            suppressing("PT0503"),
            suppressing("PT0105"),
        ] {
            let document = json(snapshot, &policy, ReportFormat::Json);
            assert_eq!(faults(&schema, &document), Vec::<String>::new());
        }
    }
}

#[test]
fn a_document_of_another_shape_is_told() {
    let schema = published("report.schema.json");
    let whole = json(&broken("PT0302"), &Policy::default(), ReportFormat::Json);
    for change in [
        |document: &mut Value| document["schema_version"] = 2.into(),
        |document: &mut Value| document["news"] = 1.into(),
        |document: &mut Value| document["causes"][0]["severity"] = "bad".into(),
        |document: &mut Value| drop(document.as_object_mut().unwrap().remove("gaps")),
    ] {
        let mut document = whole.clone();
        change(&mut document);
        assert_eq!(faults(&schema, &document).len(), 1);
    }
}

#[test]
fn a_saved_look_has_the_published_frame() {
    let schema = published("snapshot.schema.json");
    let look = serde_json::to_value(fixtures::healthy()).unwrap();
    let frame: Value = look
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| schema["properties"].get(name).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    assert_eq!(faults(&schema, &frame), Vec::<String>::new());
}

#[test]
fn sarif_has_rules_places_fingerprints_and_suppressions() {
    let log = json(
        &broken("PT0105"),
        &suppressing("PT0503"),
        ReportFormat::Sarif,
    );
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 2);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["logicalLocations"][0];
        assert!(!place["name"].as_str().unwrap().is_empty());
        let print = result["partialFingerprints"]["ptctl/v1"].as_str().unwrap();
        assert_eq!(print.len(), 16);
        let suppressed = result.get("suppressions").is_some();
        assert_eq!(suppressed, result["ruleId"] == "PT0503", "{result}");
    }
    let places = results[0]["locations"].as_array().unwrap();
    let file = &places[0]["physicalLocation"];
    assert_eq!(file["artifactLocation"]["uri"], "compose%20my.yml");
    assert_eq!(file["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    assert_eq!(file["region"]["startLine"], 7);
    for rule in rules {
        let help = rule["help"]["markdown"].as_str().unwrap();
        assert!(help.contains("**Remedy.**"));
    }
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    let blind = json(&fixtures::blind(), &Policy::default(), ReportFormat::Sarif);
    let invocation = &blind["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert!(
        !invocation["toolExecutionNotifications"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

/// The counts that an element states, and those that it has.
fn is_counted_right(element: roxmltree::Node<'_, '_>) {
    let cases = || {
        element
            .descendants()
            .filter(|node| node.has_tag_name("testcase"))
    };
    let with = |name: &str| {
        cases()
            .filter(|case| case.children().any(|node| node.has_tag_name(name)))
            .count()
    };
    for (attribute, count) in [
        ("tests", cases().count()),
        ("failures", with("failure")),
        ("errors", with("error")),
    ] {
        assert_eq!(
            element.attribute(attribute),
            Some(count.to_string().as_str())
        );
    }
}

#[test]
fn junit_counts_what_it_lists_and_fails_what_counts() {
    for snapshot in [
        broken("PT0105"),
        broken("PT0803"),
        fixtures::healthy(),
        fixtures::blind(),
    ] {
        let text = written(&snapshot, &Policy::default(), ReportFormat::Junit);
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        is_counted_right(root);
        root.children()
            .filter(roxmltree::Node::is_element)
            .for_each(is_counted_right);
        let failed = root.attribute("failures") != Some("0");
        let blind = root.attribute("errors") != Some("0");
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert_eq!(failed, Threshold::Warning.is_reached_by(&diagnosis));
        assert_eq!(blind, diagnosis.is_blind());
    }
}

#[test]
fn junit_takes_what_a_container_says_as_text() {
    let mut snapshot = broken("PT0302");
    for container in &mut snapshot.containers {
        container.name = "<evil name=\"&\u{1b}\u{0}\u{ffff}\">]]>".to_owned();
        container.service = None;
    }
    let text = written(&snapshot, &Policy::default(), ReportFormat::Junit);
    roxmltree::Document::parse(&text).unwrap();
}
