#!/bin/sh
# Tests of scripts/engine. Each runs it in a box with a root of its own and a PATH of fake commands, so that no real
# engine, package manager or init system is ever asked. Run by `make check`.

# shellcheck disable=SC2016 # backticks quote commands for people to read
set -eu
cd "$(dirname "$0")/../.."
engine=$PWD/scripts/engine
boxes=$(mktemp -d)
failed=0

# end_processes FOLDER: ends whatever still runs out of this folder, told by its command line or environment.
end_processes() {
    # shellcheck disable=SC2013 # numbers
    for pid in $(grep -lsF -- "$1" /proc/[0-9]*/cmdline /proc/[0-9]*/environ | cut -d/ -f3 | sort -u); do
        kill -9 "$pid" 2>/dev/null || :
    done
}

clean_up() {
    end_processes "$boxes/"
    rm -rf "$boxes"
}

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- what a box is made of: `box` is its folder -------------------------------------------------------------------

# fake NAME: makes the command NAME, its text taken from standard input.
fake() {
    { echo '#!/bin/sh'; cat; } >"$box/bin/$1"
    chmod +x "$box/bin/$1"
}

# A client whose `version` works while the file `answers` exists, as the fake daemons make it.
fake_docker() {
    fake docker <<FAKE
case \$1 in
version) [ -e "$box/answers" ] && echo 20.10.24 ;;
ps) cat "$box/containers" ;;
esac
FAKE
}

# A daemon that never stays for good: a minute at most, and no longer than its box, whose `sleep` it uses. Like the true
# one, it does not start while its pid file names a living process, and waits in vain for a containerd that is none.
fake_dockerd() {
    fake dockerd <<FAKE
for file in docker.pid docker/containerd/containerd.pid; do
    if [ -e "$box/root/var/run/\$file" ] && kill -0 "\$(cat "$box/root/var/run/\$file")" 2>/dev/null; then
        echo "process with the number in \$file is still running"
        exit 1
    fi
done
trap 'rm -f "$box/answers"; exit 0' TERM
touch "$box/answers"
beats=0
while [ "\$beats" -lt 600 ] && sleep 0.1; do beats=\$((beats + 1)); done
FAKE
}

# stand_in NAME: runs a process of this name, which does nothing; leaves its number in `process`.
stand_in() {
    mkdir -p "$box/stand-ins"
    printf '#!/bin/sh\nexec 2>/dev/null\nbeats=0\nwhile [ "$beats" -lt 600 ] && %s 0.1; do beats=$((beats + 1)); done\n' \
        "$box/bin/sleep" >"$box/stand-ins/$1"
    chmod +x "$box/stand-ins/$1"
    "$box/stand-ins/$1" &
    process=$!
    waited=0
    until [ "$(cat "/proc/$process/comm")" = "$1" ]; do
        [ "$waited" -lt 100 ] || fail "expected process $process to be a $1"
        sleep 0.1
        waited=$((waited + 1))
    done
}

# A socket that nobody listens on. The path is relative, as one in full may be too long.
left_socket() {
    mkdir -p "$box/root/var/run"
    (cd "$box/root/var/run" && perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "docker.sock", Listen => 1) or die') ||
        fail 'expected perl to make a socket'
}

# pid_file FILE NUMBER: writes it the way dockerd does, without a line end.
pid_file() {
    mkdir -p "$(dirname "$box/root/var/run/$1")"
    printf '%s' "$2" >"$box/root/var/run/$1"
}

fake_dockerd_that_dies() {
    fake dockerd <<FAKE
echo 'failed to mount the cgroups'
exit 1
FAKE
}

# A package manager that notes its calls, and whose docker.io brings the client and the daemon.
fake_apt() {
    mkdir "$box/packages"
    fake_docker
    fake_dockerd
    mv "$box/bin/docker" "$box/bin/dockerd" "$box/packages"
    fake apt-get <<FAKE
echo "apt-get \$*" >>"$box/calls"
[ "\$1" != install ] || mv "$box/packages/docker" "$box/packages/dockerd" "$box/bin"
FAKE
    fake apt-cache <<FAKE
exit 100
FAKE
}

fake_user() {
    fake id <<FAKE
echo $1
FAKE
}

# engine COMMAND [VARIABLE=VALUE...]: runs it without a terminal; leaves `code` and the file `output`.
engine() {
    command=$1
    shift
    code=0
    env -i PATH="$box/bin" HOME="$box/home" PTCTL_ENGINE_ROOT="$box/root" PTCTL_ENGINE_WAIT=10 "$@" \
        setsid --wait "$engine" "$command" </dev/null >"$box/output" 2>&1 || code=$?
}

# ---- what is expected ---------------------------------------------------------------------------------------------

fail() {
    echo "    $*"
    sed 's/^/    | /' "$box/output"
    exit 1
}

exits_with() {
    [ "$code" = "$1" ] || fail "expected exit code $1, not $code"
}

says() {
    grep -qF -- "$1" "$box/output" || fail "expected it to say: $1"
}

installs_nothing() {
    [ ! -e "$box/calls" ] || fail "expected no call of a package manager, not: $(cat "$box/calls")"
}

process_of_the_engine() {
    cut -d' ' -f2 "$box/root/run/ptctl-engine/started"
}

await_end_of() {
    waited=0
    while kill -0 "$1" 2>/dev/null; do
        [ "$waited" -lt 100 ] || fail "expected process $1 to have ended"
        sleep 0.1
        waited=$((waited + 1))
    done
}

# ---- tests --------------------------------------------------------------------------------------------------------

an_engine_that_answers_is_left_alone() {
    fake_apt
    fake_docker
    touch "$box/answers"
    engine up
    exits_with 0
    says 'Docker engine 20.10.24 answers'
    installs_nothing
    engine down
    exits_with 0
    says 'left as it is'
    [ -e "$box/answers" ] || fail 'expected the engine to run on'
}

debians_engine_is_installed_and_started_where_there_is_none() {
    fake_apt
    engine up
    exits_with 0
    grep -q '^apt-get install --no-remove .*docker.io docker-compose' "$box/calls" || fail "unexpected: $(cat "$box/calls")"
    says 'Docker engine 20.10.24 answers'
    kill "$(process_of_the_engine)"
}

an_installed_engine_is_started_and_stopped_again() {
    fake_docker
    fake_dockerd
    : >"$box/containers"
    engine up
    exits_with 0
    process=$(process_of_the_engine)
    engine status
    exits_with 0
    says 'started by `scripts/engine up`'
    engine down
    exits_with 0
    says 'stopped'
    await_end_of "$process"
    engine status
    exits_with 1
    says 'no Docker engine answers'
}

the_engine_comes_up_again_after_it_was_killed() {
    fake_docker
    fake_dockerd
    engine up
    exits_with 0
    process=$(process_of_the_engine)
    kill -9 "$process"
    await_end_of "$process"
    rm "$box/answers"
    engine up
    exits_with 0
    [ "$(process_of_the_engine)" != "$process" ] || fail 'expected a new process'
    kill "$(process_of_the_engine)"
}

an_engine_with_running_containers_is_not_stopped() {
    fake_docker
    fake_dockerd
    echo 4f1c >"$box/containers"
    engine up
    engine down
    exits_with 0
    says '1 containers still run on it: left running'
    kill -0 "$(process_of_the_engine)" || fail 'expected the engine to run on'
    kill "$(process_of_the_engine)"
}

another_process_under_the_noted_number_is_never_stopped() {
    fake_docker
    mkdir -p "$box/root/run/ptctl-engine"
    stand_in other
    echo "process $process 1" >"$box/root/run/ptctl-engine/started"
    engine down
    exits_with 0
    says 'has ended already'
    kill "$process" || fail 'expected the other process to run on'
}

the_started_engine_keeps_no_pipe_of_the_caller_open() {
    fake_docker
    fake_dockerd
    # `cat` ends only when the last process that can write to the pipe has gone: by its output, or by the numbers 3 to 9
    # as `make` hands them down.
    env -i PATH="$box/bin" HOME="$box/home" PTCTL_ENGINE_ROOT="$box/root" setsid --wait "$engine" up \
        </dev/null 2>&1 3>&1 4>&1 9>&1 | timeout 20 cat >"$box/output" || fail 'the pipe stayed open'
    says 'Docker engine 20.10.24 answers'
    kill "$(process_of_the_engine)"
}

a_daemon_that_dies_is_reported_with_its_last_words() {
    fake_docker
    fake_dockerd_that_dies
    engine up
    exits_with 1
    says 'failed to mount the cgroups'
    says 'dockerd did not come up'
    [ ! -e "$box/root/run/ptctl-engine/started" ] || fail 'expected no note of an engine'
}

a_daemon_that_runs_without_an_answer_is_not_started_twice() {
    fake_docker
    fake_dockerd
    stand_in dockerd
    pid_file docker.pid "$process"
    engine up PTCTL_ENGINE_WAIT=1
    exits_with 1
    says "dockerd (process $process) does not answer"
    [ ! -e "$box/answers" ] || fail 'expected no second daemon'
    [ -e "$box/root/var/run/docker.pid" ] || fail 'expected its pid file to stay'
}

an_engine_is_started_where_another_process_has_the_numbers_of_the_former() {
    fake_docker
    fake_dockerd
    stand_in other
    pid_file docker.pid "$process"
    pid_file docker/containerd/containerd.pid "$process"
    engine up
    exits_with 0
    says 'Docker engine 20.10.24 answers'
    kill -0 "$process" || fail 'expected the other process to run on'
}

the_pid_file_of_a_containerd_that_outlived_its_dockerd_stays() {
    fake_docker
    fake_dockerd_that_dies
    stand_in containerd
    pid_file docker/containerd/containerd.pid "$process"
    engine up
    exits_with 1
    [ -e "$box/root/var/run/docker/containerd/containerd.pid" ] || fail 'expected the pid file to stay'
}

an_engine_is_started_where_a_former_one_left_its_socket() {
    fake_docker
    fake_dockerd
    left_socket
    engine up
    exits_with 0
    says 'Docker engine 20.10.24 answers'
}

a_socket_that_was_left_is_no_lack_of_rights() {
    fake_docker
    fake_dockerd
    fake_user 1000
    left_socket
    chmod 0 "$box/root/var/run/docker.sock"
    engine up
    exits_with 1
    says 'a Docker engine is installed but does not run'
}

systemd_starts_and_stops_the_engine_where_it_runs() {
    fake_docker
    fake dockerd </dev/null
    : >"$box/containers"
    mkdir -p "$box/root/run/systemd/system"
    fake systemctl <<FAKE
case \$* in
'start docker') touch "$box/answers" ;;
'stop docker.socket docker') rm "$box/answers" ;;
*) exit 1 ;;
esac
FAKE
    engine up
    exits_with 0
    engine down
    exits_with 0
    [ ! -e "$box/answers" ] || fail 'expected the engine to be stopped'
}

nothing_is_installed_where_docker_host_is_set() {
    fake_apt
    engine up DOCKER_HOST=tcp://192.0.2.1:2376
    exits_with 1
    says 'no engine answers at DOCKER_HOST=tcp://192.0.2.1:2376'
    installs_nothing
}

nothing_is_installed_where_podman_is() {
    fake_apt
    fake podman </dev/null
    engine up
    exits_with 1
    says 'podman.socket'
    installs_nothing
}

nothing_is_installed_where_docker_ce_is() {
    fake_apt
    fake dpkg-query <<'FAKE'
echo 'install ok installed'
FAKE
    engine up
    exits_with 1
    says 'docker-ce is installed'
    installs_nothing
}

nothing_is_installed_where_a_context_is_chosen() {
    fake_apt
    mkdir -p "$box/home/.docker"
    echo '{"auths": {}, "currentContext": "build-farm"}' >"$box/home/.docker/config.json"
    engine up
    exits_with 1
    says 'no engine answers in the Docker context `build-farm`'
    installs_nothing
}

nothing_is_installed_where_a_context_exists() {
    fake_apt
    mkdir -p "$box/home/.docker/contexts/meta/0a1b"
    engine up
    exits_with 1
    says 'docker context use NAME'
    installs_nothing
}

nothing_is_installed_without_root() {
    fake_apt
    fake_user 1000
    engine up
    exits_with 1
    says 'sudo scripts/engine up'
    installs_nothing
}

nothing_is_installed_without_apt() {
    engine up
    exits_with 1
    says 'no Docker engine is installed'
}

on_a_terminal_it_asks_and_takes_no_for_an_answer() {
    fake_apt
    # `script` gives it a terminal of its own and types the answer there.
    echo n | script --quiet --return --command \
        "env -i PATH=$box/bin HOME=$box/home PTCTL_ENGINE_ROOT=$box/root $engine up" /dev/null >"$box/output" 2>&1 && fail 'expected a failure'
    says 'go on? [y/N]'
    says 'not confirmed'
    installs_nothing
}

on_a_terminal_it_goes_on_unasked_with_ci_set() {
    fake_apt
    echo n | script --quiet --return --command \
        "env -i CI=true PATH=$box/bin HOME=$box/home PTCTL_ENGINE_ROOT=$box/root $engine up" /dev/null >"$box/output" 2>&1 ||
        fail 'expected success'
    says 'Docker engine 20.10.24 answers'
    kill "$(process_of_the_engine)"
}

# ---- running them -------------------------------------------------------------------------------------------------

# shellcheck disable=SC2013 # names hold no spaces
for test in $(sed -n 's/^\([a-z_]*\)() {$/\1/p' "$0" | sed -n '/^an_engine_that_answers/,$p'); do
    box=$boxes/$test
    mkdir -p "$box/bin" "$box/home" "$box/root/var/log"
    ln -s /proc "$box/root/proc"
    for tool in sh sed cut cat mkdir rm mv touch grep tail timeout wc uname dirname setsid sleep env; do
        ln -s "$(command -v "$tool")" "$box/bin/$tool"
    done
    : >"$box/output"
    fake_user 0
    if ("$test"); then
        echo "ok: $test"
    else
        echo "FAILED: $test"
        failed=$((failed + 1))
    fi
    end_processes "$box/"
done
[ "$failed" = 0 ] || { echo "$failed tests of scripts/engine failed" >&2; exit 1; }
