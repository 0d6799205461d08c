//! What is asked of images, and what nobody asks of a container.

use ptctl::gather::{Depth, gather};
use ptctl_diagnosis::observed::{Observed, Probe};

use super::publish;
use crate::fake_stack::{Answer, FakeEngine, FakeTempo, Generation, Wire, request};

#[tokio::test]
async fn a_description_asks_no_container_anything() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let fake = FakeTempo::ready(Generation::Three).await;
    publish(&engine, &fake);
    let mut request = request(&engine);
    request.depth = Depth::Description;
    let snapshot = gather(&request).await.unwrap();
    assert_eq!(snapshot.containers.len(), 2);
    assert!(fake.asked().is_empty());
    assert!(
        engine
            .asked()
            .iter()
            .all(|path| !path.contains("/logs") && !path.contains("/archive"))
    );
}

#[tokio::test]
async fn the_image_of_several_containers_is_asked_for_once_and_its_secrets_are_gone() {
    for wire in Wire::ALL {
        let engine = FakeEngine::on_socket(wire);
        let snapshot = gather(&request(&engine)).await.unwrap();
        let images = snapshot.images.get().unwrap();
        assert_eq!(images.len(), 1, "{wire:?}");
        let image = &images[0];
        assert_eq!(image.tags, ["shop-web:1"]);
        assert_eq!(
            (image.platform.as_str(), image.user.as_str()),
            ("linux/amd64", "65532:65532")
        );
        assert_eq!(image.entrypoint, ["/shop-web"]);
        let variables: Vec<(&str, &str)> = image
            .environment
            .iter()
            .map(|variable| (variable.name.as_str(), variable.value.as_str()))
            .collect();
        let expected = [("LISTEN_ADDR", "0.0.0.0:8080"), ("API_TOKEN", "[redacted]")];
        assert_eq!(variables, expected);
        let asked = engine.asked();
        let questions = asked.iter().filter(|path| path.contains("/images/sha256:"));
        assert_eq!(questions.count(), 1, "{asked:?}");
    }
}

#[tokio::test]
async fn an_image_that_was_removed_is_no_gap_and_one_that_cannot_be_described_is() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let snapshot = gather(&request(&engine)).await.unwrap();
    let path = format!("/images/{}/json", snapshot.containers[0].image_id);
    engine.answer(&path, Answer::Refusal(404, "No such image"));
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(snapshot.images, Observed::Known(Vec::new()));
    engine.answer(&path, Answer::Refusal(500, "layer does not exist"));
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(snapshot.images.gap().unwrap().probe, Probe::Images);
}
