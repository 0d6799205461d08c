# Builds the images of this repository from its source: `docker compose up` builds the four services, and
# `docker build --target minitempo .` or `--target ptctl` the others. The binaries are static and run FROM scratch.
#
# It keeps to what the classic builder knows as well, so there are no cache mounts. Without a network, `scripts/images`
# makes the same images from binaries that cargo built outside of Docker.

ARG RUST_IMAGE=rust:1.95.0-slim-bookworm

FROM ${RUST_IMAGE} AS build
WORKDIR /src
# The image's own toolchain, whatever rust-toolchain.toml would add for development.
ENV RUSTUP_TOOLCHAIN=1.95.0 \
    RUSTFLAGS="-C target-feature=+crt-static"
COPY . .
# `--target` keeps the static linking away from build scripts and procedural macros.
RUN set -eu; \
    host="$(rustc -vV | sed -n 's/^host: //p')"; \
    cargo build --locked --release --target "$host" --bins --workspace --exclude ptctl; \
    cargo build --locked --profile dist --target "$host" --package ptctl --bin ptctl; \
    mkdir -p /out; \
    cd "target/$host/release"; \
    cp docutag-controller docutag-scraper docutag-textanalyzer docutag-scheduler ../dist/ptctl /out/; \
    mkdir -p /out/backend; \
    cp minitempo /out/backend/tempo; \
    mkdir -p /state/data /tempo-state/var/tempo; \
    chmod 0700 /state/data /tempo-state/var/tempo

# What the four services share: no shell, no root, and /data for whoever stores something. A fresh named volume takes
# owner and mode from the folder that it covers.
FROM scratch AS service
COPY --from=build --chown=10001:10001 /state/ /
# ptctl applies the checks that know our telemetry library only where an image carries this label; each service's own
# name, as its spans have it, stands beside it below.
LABEL dev.ptctl.library=telemetry
USER 10001:10001
EXPOSE 8080

FROM service AS controller
COPY --from=build /out/docutag-controller /docutag-controller
LABEL dev.ptctl.service-name=docutag-controller
ENTRYPOINT ["/docutag-controller"]

FROM service AS scraper
COPY --from=build /out/docutag-scraper /docutag-scraper
LABEL dev.ptctl.service-name=docutag-scraper
ENTRYPOINT ["/docutag-scraper"]

FROM service AS textanalyzer
COPY --from=build /out/docutag-textanalyzer /docutag-textanalyzer
LABEL dev.ptctl.service-name=docutag-textanalyzer
ENTRYPOINT ["/docutag-textanalyzer"]

FROM service AS scheduler
COPY --from=build /out/docutag-scheduler /docutag-scheduler
LABEL dev.ptctl.service-name=docutag-scheduler
ENTRYPOINT ["/docutag-scheduler"]

# Laid out as Tempo's own image, so that one can stand in for the other on the same volume.
FROM scratch AS minitempo
COPY --from=build --chown=10001:10001 /tempo-state/ /
COPY --from=build /out/backend/tempo /tempo
USER 10001:10001
EXPOSE 3200 4317 4318
HEALTHCHECK --interval=2s --timeout=3s --retries=3 CMD ["/tempo", "-health"]
ENTRYPOINT ["/tempo"]

FROM scratch AS ptctl
COPY --from=build /out/ptctl /ptctl
ENTRYPOINT ["/ptctl"]
