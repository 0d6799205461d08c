//! Proxies among the containers, by their images.

use crate::{
    snapshot::Container,
    view::{Service, Stack},
};

/// The last part of the names of images that pass requests on.
const IMAGES: [&str; 9] = [
    "nginx",
    "envoy",
    "traefik",
    "haproxy",
    "caddy",
    "httpd",
    "kong",
    "apisix",
    "openresty",
];

/// Whether a container passes requests on.
pub(super) fn is_proxy(container: &Container) -> bool {
    let last = container.image.rsplit('/').next().unwrap_or_default();
    let name = last.split(['@', ':']).next().unwrap_or_default();
    name.split('-').any(|word| IMAGES.contains(&word))
}

/// The one running proxy that shares a network with a service; `None` where there are several.
pub(super) fn in_front_of<'s>(service: &Service<'_>, stack: &Stack<'s>) -> Option<&'s Container> {
    let own = &service.container.attachments;
    let is_near = |container: &Container| {
        let mut theirs = container.attachments.iter();
        theirs.any(|theirs| own.iter().any(|own| own.network_id == theirs.network_id))
    };
    let mut proxies =
        stack.snapshot.containers.iter().filter(|container| {
            container.is_running() && is_proxy(container) && is_near(container)
        });
    let first = proxies.next()?;
    proxies.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixtures, snapshot::Role};

    #[test]
    fn a_proxy_is_known_by_its_image() {
        for (image, expected) in [
            ("nginx:1.29-alpine", true),
            ("envoyproxy/envoy:v1.36", true),
            ("registry:5000/library/traefik@sha256:00", true),
            ("ghcr.io/acme/nginx-gateway:2", true),
            ("nginxinc/exporter:1", false),
            ("acme/engine:1", false),
        ] {
            let mut container = fixtures::container("front", Role::Service);
            container.image = image.to_owned();
            assert_eq!(is_proxy(&container), expected, "{image}");
        }
    }
}
