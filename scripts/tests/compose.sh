#!/bin/sh
# Has the Compose of this machine judge the compose files, in each of the ways in which they are used. Run by
# `make check`.
set -eu
cd "$(dirname "$0")/../.."

if ! version=$(scripts/compose version 2>/dev/null); then
    echo 'NOT RUN: the compose files were not held against a Compose, as there is none on this machine.' >&2
    exit 0
fi
version=$(echo "$version" | head -n 1)

# accepts WHAT VARIABLE=VALUE...: Compose, with these variables, finds nothing wrong.
accepts() {
    what=$1
    shift
    if env "$@" scripts/compose --project-name ptctl-check config --quiet; then
        echo "ok: $what ($version)"
    else
        echo "FAILED: $what ($version)" >&2
        exit 1
    fi
}

accepts 'compose.yml is valid' COMPOSE_FILE=compose.yml
accepts 'compose.yml is valid for a Tempo without a health check' COMPOSE_FILE=compose.yml TEMPO_HEALTHCHECK=NONE
accepts 'compose.yml is valid with its doctor' COMPOSE_FILE=compose.yml COMPOSE_PROFILES=doctor
accepts 'compose.yml is valid with the additions of the demo' COMPOSE_FILE=compose.yml:scripts/demo/compose.yml
accepts 'compose.s3.yml over compose.yml is valid' COMPOSE_FILE=compose.yml:compose.s3.yml
