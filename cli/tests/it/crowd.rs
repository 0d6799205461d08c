//! Looks at an engine with very many containers.

use ptctl_diagnosis::{diagnose, policy::Policy, snapshot::Role};

use crate::fake_stack::{FakeEngine, Wire, crowd::LINES, request};

#[tokio::test]
async fn two_hundred_services_beside_a_hundred_other_containers_are_all_looked_at() {
    for wire in Wire::ALL {
        let engine = FakeEngine::crowd(wire, 199, 100);
        let mut request = request(&engine);
        request.stack.project = Some("shop".to_owned());
        let snapshot = ptctl::gather::gather(&request).await.unwrap();
        let services = snapshot
            .containers
            .iter()
            .filter(|container| container.role == Role::Service);
        assert_eq!(services.clone().count(), 200);
        for service in services {
            let logs = service.logs.get().unwrap();
            assert_eq!(
                logs.trace_ids.with_trace_id, LINES as u64,
                "{}",
                service.name
            );
        }
        assert_eq!(snapshot.elsewhere.len(), 100);
        assert!(!snapshot.timed_out);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert!(diagnosis.passed.len() > 1_000);
    }
}
