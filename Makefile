# Everything there is to do with this repository. `make` alone lists it.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo demo-down faults break heal test check lab bench docs fmt lint deny images engine install

CARGO ?= cargo

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: ## build everything, start the stack on minitempo, send a request through it, have ptctl look at it
	@scripts/demo/up

demo-down: ## remove all that `make demo` made
	@scripts/demo/down

faults: ## list the faults that can be made on the demo
	@scripts/demo/faults

break: ## make one on the demo and leave it there: make break FAULT=tempo-paused
	@scripts/demo/faults break '$(FAULT)'

heal: ## take back what `make break` did
	@scripts/demo/faults heal

test: check lab ## all tests: `check`, then the fault lab on a Docker engine

check: ## all that needs no Docker: format, lint, tests, current docs, dependencies
	$(CARGO) fmt --all --check
	rustfmt --edition 2024 --check scripts/demo/page.rs
	$(MAKE) lint
	$(CARGO) test --locked --workspace
	scripts/tests/engine.sh
	scripts/tests/compose.sh
	scripts/tests/observability.sh
	$(MAKE) deny

lab: ## the fault lab: break the stack on purpose and see whether ptctl names the cause; LAB=changed for daily work
	scripts/lab $(if $(filter changed,$(LAB)),--changed,$(LAB))

bench: ## the figures of docs/benchmarks.md: middleware, sampler, outage, minitempo, doctor on the running demo, serve, logs
	$(CARGO) bench --locked --package telemetry
	$(CARGO) bench --locked --package minitempo
	$(CARGO) bench --locked --profile dist --package ptctl --bench crowd
	$(CARGO) bench --locked --profile dist --package ptctl --bench volume
	scripts/bench/doctor
	scripts/bench/serve 2
	scripts/bench/logs

docs: ## write the generated pages: docs/checks.md and docs/cli.md
	PTCTL_WRITE_DOCS=1 $(CARGO) test --locked --package ptctl --test it documents

lint: ## clippy, warnings denied
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

deny: ## licences, sources and who may depend on whom
	scripts/deny

fmt: ## format the code
	$(CARGO) fmt --all
	rustfmt --edition 2024 scripts/demo/page.rs

images: ## make the images of all services, minitempo and ptctl, without pulling anything
	scripts/images

engine: ## see to it that a Docker engine answers
	@scripts/engine up

install: ## install ptctl into cargo's folder for binaries
	$(CARGO) install --locked --profile dist --path cli
