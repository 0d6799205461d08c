//! The labels by which Compose remembers what a container was made from.
//!
//! They are no published interface, but Compose finds its own containers by them.

/// The project.
pub const PROJECT: &str = "com.docker.compose.project";
/// The service.
pub const SERVICE: &str = "com.docker.compose.service";
/// The folder that the project was started from.
pub const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
/// The Compose files that the project was started from, separated by commas.
pub const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
/// The files given by `--env-file`, separated by commas.
pub const ENV_FILES: &str = "com.docker.compose.project.environment_file";
/// What the service waits for, since Compose 2: `tempo:service_healthy:false,db:service_started:true`.
pub const DEPENDS_ON: &str = "com.docker.compose.depends_on";
/// `True` on a container of `docker compose run`, which is somebody's single command.
pub const ONE_OFF: &str = "com.docker.compose.oneoff";
/// The version of the Compose that made the container.
pub const VERSION: &str = "com.docker.compose.version";
