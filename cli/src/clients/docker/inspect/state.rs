//! Whether a container runs, how its health is probed, and what happens when it ends.

use bollard::models::{
    ContainerState as WireState, ContainerStateStatusEnum, HealthConfig, HealthStatusEnum,
    HostConfig, RestartPolicyNameEnum,
};
use jiff::SignedDuration;
use ptctl_diagnosis::{
    redact,
    snapshot::{
        ContainerState, Health, HealthCheck, HealthProbe, HealthStatus, RestartPolicy, Status,
    },
};

use super::{EngineFault, parse_time, required};

pub(super) fn state(
    state: WireState,
    restart_count: Option<i64>,
) -> Result<ContainerState, EngineFault> {
    use ContainerStateStatusEnum as Wire;
    let status = match required("State.Status", state.status)? {
        Wire::CREATED => Status::Created,
        Wire::RUNNING | Wire::STOPPING => Status::Running,
        Wire::PAUSED => Status::Paused,
        Wire::RESTARTING => Status::Restarting,
        Wire::REMOVING => Status::Removing,
        Wire::EXITED => Status::Exited,
        Wire::DEAD => Status::Dead,
        Wire::EMPTY => return Err(EngineFault::without("State.Status")),
    };
    Ok(ContainerState {
        status,
        exit_code: required("State.ExitCode", state.exit_code)?,
        oom_killed: required("State.OOMKilled", state.oom_killed)?,
        error: state
            .error
            .filter(|text| !text.is_empty())
            .map(|text| redact::text(&text)),
        pid: state
            .pid
            .and_then(|pid| u32::try_from(pid).ok())
            .filter(|pid| *pid > 0),
        started_at: parse_time(&required("State.StartedAt", state.started_at)?)?,
        finished_at: parse_time(&required("State.FinishedAt", state.finished_at)?)?,
        restart_count: restart_count
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0),
        health: state.health.map(health).transpose()?.flatten(),
    })
}

fn health(health: bollard::models::Health) -> Result<Option<Health>, EngineFault> {
    let status = match required("State.Health.Status", health.status)? {
        HealthStatusEnum::STARTING => HealthStatus::Starting,
        HealthStatusEnum::HEALTHY => HealthStatus::Healthy,
        HealthStatusEnum::UNHEALTHY => HealthStatus::Unhealthy,
        HealthStatusEnum::NONE | HealthStatusEnum::EMPTY => return Ok(None),
    };
    let last = health.log.and_then(|log| log.into_iter().next_back());
    Ok(Some(Health {
        status,
        failing_streak: health
            .failing_streak
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0),
        last: match last {
            None => None,
            Some(probe) => Some(HealthProbe {
                at: match probe.end {
                    Some(end) => parse_time(&end)?,
                    None => None,
                },
                exit_code: probe.exit_code.unwrap_or(0),
                output: redact::text(probe.output.unwrap_or_default().trim()),
            }),
        },
    }))
}

/// The probe of an image or container; `NONE` switches an image's own off.
pub(super) fn health_check(config: HealthConfig) -> Option<HealthCheck> {
    let test = config.test?;
    if test.is_empty() || test.first().is_some_and(|word| word == "NONE") {
        return None;
    }
    // The API counts nanoseconds, and its zero means the default.
    let time = |nanoseconds: Option<i64>| {
        nanoseconds
            .filter(|nanoseconds| *nanoseconds > 0)
            .map(SignedDuration::from_nanos)
    };
    Some(HealthCheck {
        test: redact::command(&test),
        interval: time(config.interval),
        start_period: time(config.start_period),
        retries: config
            .retries
            .and_then(|count| u64::try_from(count).ok())
            .filter(|count| *count > 0),
    })
}

pub(super) fn restart_policy(host: &HostConfig) -> RestartPolicy {
    let name = host.restart_policy.as_ref().and_then(|policy| policy.name);
    match name {
        Some(RestartPolicyNameEnum::ALWAYS) => RestartPolicy::Always,
        Some(RestartPolicyNameEnum::UNLESS_STOPPED) => RestartPolicy::UnlessStopped,
        Some(RestartPolicyNameEnum::ON_FAILURE) => RestartPolicy::OnFailure,
        Some(RestartPolicyNameEnum::NO | RestartPolicyNameEnum::EMPTY) | None => RestartPolicy::No,
    }
}
