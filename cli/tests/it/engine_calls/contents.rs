//! What lies in volumes, logs and files.

use ptctl::clients::docker::{ArchivedFile, LogRange};
use serde_json::json;

use super::{connect, soon, tempo, web};
use crate::fake_stack::{Answer, FakeEngine, TEMPO, WEB, Wire};

#[tokio::test]
async fn volumes_have_their_size_in_both_shapes_of_the_answer() {
    for wire in Wire::ALL {
        let fake = FakeEngine::on_socket(wire);
        let engine = connect(&fake).await;
        let counts = engine.volume_counts(soon()).await.unwrap();
        assert_eq!(counts["shop_data"].bytes, Some(48213), "{wire:?}");
        let point = engine
            .volume_mount_point("shop_data", soon())
            .await
            .unwrap();
        assert_eq!(point, "/var/lib/docker/volumes/shop_data/_data");
        fake.answer("/system/df", Answer::json(&json!({"Everything": []})));
        assert!(engine.volume_counts(soon()).await.is_err());
    }
}

#[tokio::test]
async fn what_an_engine_does_not_count_is_unknown_and_no_size() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let uncounted = json!({"Volumes": [
        {"Name": "shop_data", "UsageData": {"Size": -1, "RefCount": -1}},
        {"Name": "shop_old", "UsageData": null},
    ]});
    fake.answer("/system/df", Answer::json(&uncounted));
    let engine = connect(&fake).await;
    let counts = engine.volume_counts(soon()).await.unwrap();
    assert_eq!(counts["shop_data"].bytes, None);
    assert_eq!(counts["shop_data"].references, None);
    assert!(!counts.contains_key("shop_old"));
}

#[tokio::test]
async fn a_container_that_is_gone_is_no_missing_file() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let engine = connect(&fake).await;
    let path = format!("/containers/{TEMPO}/archive");
    let missing = "Could not find the file /etc/tempo.yaml in container shop_tempo_1";
    fake.answer(&path, Answer::Refusal(404, missing));
    let file = engine.file(&tempo(), "/etc/tempo.yaml", soon()).await;
    assert_eq!(file.unwrap(), None);
    fake.answer(
        &path,
        Answer::Refusal(404, "No such container: shop_tempo_1"),
    );
    let file = engine.file(&tempo(), "/etc/tempo.yaml", soon()).await;
    assert!(file.unwrap_err().to_string().contains("/etc/tempo.yaml"));
}

#[tokio::test]
async fn a_log_is_handed_over_as_it_arrives() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    fake.answer(
        &format!("/containers/{WEB}/logs"),
        FakeEngine::framed(&[(1, "2026-11-22T08:56:42Z", b"hello")]),
    );
    let engine = connect(&fake).await;
    let range = LogRange::Last {
        lines: 5,
        since: None,
    };
    let mut stream = engine.log(&web(), range, soon()).await.unwrap();
    let mut bytes = 0;
    while let Some(chunk) = stream.next(soon()).await.unwrap() {
        bytes += chunk.len();
    }
    assert_eq!(bytes, 8 + 21 + "hello\n".len());
    assert!(
        fake.asked()
            .last()
            .unwrap()
            .ends_with("&timestamps=true&tail=5")
    );
}

#[tokio::test]
async fn a_file_is_read_out_of_a_container() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let engine = connect(&fake).await;
    assert_eq!(
        engine
            .file(&tempo(), "/etc/tempo.yaml", soon())
            .await
            .unwrap(),
        None
    );
    fake.answer(
        &format!("/containers/{TEMPO}/archive"),
        FakeEngine::archive("server: {}\n"),
    );
    let file = engine
        .file(&tempo(), "/etc/tempo.yaml", soon())
        .await
        .unwrap();
    assert_eq!(file, Some(ArchivedFile::Content(b"server: {}\n".to_vec())));
    assert!(
        fake.asked()
            .last()
            .unwrap()
            .ends_with("/archive?path=%2Fetc%2Ftempo.yaml")
    );
}
