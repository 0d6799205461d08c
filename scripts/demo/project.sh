# The demo's compose project, for scripts/demo/up and scripts/demo/down to read in: nothing of it meets another stack.

# shellcheck shell=sh
# shellcheck disable=SC2034 # used by who reads it in

project=ptctl-demo
tag=demo
# What `up` notes for later: the ports that it chose, and whether the engine was started for it.
notes=.demo

services='controller scraper textanalyzer scheduler tempo page'

export CONTROLLER_IMAGE="docutag-controller:$tag" CONTROLLER_CONTAINER="$project-controller"
export SCRAPER_IMAGE="docutag-scraper:$tag" SCRAPER_CONTAINER="$project-scraper"
export TEXTANALYZER_IMAGE="docutag-textanalyzer:$tag" TEXTANALYZER_CONTAINER="$project-textanalyzer"
export SCHEDULER_IMAGE="docutag-scheduler:$tag" SCHEDULER_CONTAINER="$project-scheduler"
export TEMPO_IMAGE="minitempo:$tag" TEMPO_CONTAINER="$project-tempo"
export PAGE_CONTAINER="$project-page" SCRAPER_ALLOW_HOSTS=page
# A shell that works on another project must not lend it to this one.
unset COMPOSE_FILE COMPOSE_PROJECT_NAME COMPOSE_PROFILES TEMPO_HEALTHCHECK

compose() {
    scripts/compose --project-name "$project" --file compose.yml --file scripts/demo/compose.yml "$@"
}
