#!/bin/sh
# Has promtool judge what Prometheus is set up with and asked: its configuration, the alert rules, their tests, in which
# each alert fires and stays silent, and every query of the dashboards. Run by `make check`.
set -eu
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

code=0
scripts/promtool --version >"$work/said" 2>&1 || code=$?
if [ "$code" = 77 ]; then
    cat "$work/said" >&2
    echo 'NOT RUN: the alerts were not tested, as there is no promtool on this machine.' >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
fi
version=$(sed -n '1s/^promtool, version \([^ ]*\).*/promtool \1/p' "$work/said")

# holds WHAT ARGUMENT...: promtool, with these arguments, finds nothing wrong.
holds() {
    what=$1
    shift
    if scripts/promtool "$@" >"$work/said" 2>&1; then
        echo "ok: $what ($version)"
    else
        cat "$work/said" >&2
        echo "FAILED: $what ($version)" >&2
        exit 1
    fi
}

# The configuration names its rules by their path in the container.
sed "s|/etc/prometheus/|$PWD/config/prometheus/|" config/prometheus/prometheus.yml >"$work/prometheus.yml"
holds 'the configuration of Prometheus is valid' check config "$work/prometheus.yml"
for rules in config/prometheus/rules/*.yml; do
    name=$(basename "$rules" .yml)
    [ -e "config/prometheus/tests/$name.yml" ] || { echo "FAILED: $rules has no tests" >&2; exit 1; }
    holds "the alerts of $name fire and stay silent" test rules "config/prometheus/tests/$name.yml"
done

# The queries as the rules of one file, since promtool judges those. A JSON string is one of YAML as well. Grafana writes
# the data source of a query before the query.
{
    printf 'groups:\n  - name: panels\n    rules:\n'
    awk '
        /"uid": / { of_prometheus = /"prometheus"/ }
        /"expr": / && of_prometheus {
            sub(/^ *"expr": /, ""); sub(/,$/, "")
            gsub(/\$__rate_interval|\$__range/, "1m"); gsub(/\$percentile/, "0.99"); gsub(/\$service/, ".*")
            printf "      - { record: \"panel:%d\", expr: %s }\n", NR, $0
        }
    ' config/grafana/provisioning/dashboards/*.json
} >"$work/panels.yml"
queries=$(grep -c 'record:' "$work/panels.yml") || { echo 'FAILED: no queries found in the dashboards' >&2; exit 1; }
holds "the $queries queries of the dashboards to Prometheus are valid" check rules "$work/panels.yml"
