//! SQLite storage: one file in the data folder, one connection, its schema kept current by numbered migrations.
//!
//! The work runs on a blocking thread inside a span of its own.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use thiserror::Error;
use tokio::task::{JoinError, spawn_blocking};

use crate::{ApiError, Dependency, Unavailable};

/// An open database. Clones share the connection.
#[derive(Debug, Clone)]
pub struct Database {
    connection: Arc<Mutex<Connection>>,
}

/// The database could not do what it was asked.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// The data folder cannot be made or written.
    #[error("could not write to the data folder `{}`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be opened as a database.
    #[error("could not open the database `{}`", path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A later version of this service wrote the file.
    #[error("the database `{}` has schema {found}, but this version knows schemas up to {known}", path.display())]
    TooNew {
        /// The database file.
        path: PathBuf,
        /// The schema number in the file.
        found: i64,
        /// The latest schema number that this version knows.
        known: i64,
    },
    /// A statement failed.
    #[error("could not {operation}")]
    Statement {
        /// What was attempted, as a verb and its object: `insert document`.
        operation: &'static str,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The work on the blocking thread panicked.
    #[error("could not complete `{operation}`")]
    Interrupted {
        /// What was attempted.
        operation: &'static str,
        /// How the work ended.
        source: JoinError,
    },
}

impl Database {
    /// Opens `file` in `folder`, making both where they are missing, and applies the migrations it has not had.
    ///
    /// `migrations[n]` takes the schema from number n to n + 1.
    pub async fn open(
        folder: &Path,
        file: &'static str,
        migrations: &'static [&'static str],
    ) -> Result<Self, DatabaseError> {
        let folder = folder.to_owned();
        let opened = spawn_blocking(move || open(&folder, file, migrations)).await;
        opened.unwrap_or_else(|source| {
            Err(DatabaseError::Interrupted {
                operation: "open database",
                source,
            })
        })
    }

    /// Runs `work` on the connection, in a span called `operation` (a verb and its object: `insert document`).
    pub async fn run<T, Work>(
        &self,
        operation: &'static str,
        work: Work,
    ) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        Work: FnOnce(&mut Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    {
        let span = telemetry::start_span(operation, &[("db.system.name", "sqlite".into())]);
        let traced = async {
            let outcome = self.run_untraced(operation, work).await;
            if let Err(cause) = &outcome {
                telemetry::record_error(cause);
            }
            outcome
        };
        span.instrument(traced).await
    }

    /// Runs `work` on the connection in no span: for what nobody asked for, which would be a trace of its own.
    pub async fn run_untraced<T, Work>(
        &self,
        operation: &'static str,
        work: Work,
    ) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        Work: FnOnce(&mut Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        let outcome = spawn_blocking(move || {
            // A panic in earlier work rolled its transaction back; the connection itself is sound.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        });
        match outcome.await {
            Ok(outcome) => outcome.map_err(|source| DatabaseError::Statement { operation, source }),
            Err(source) => Err(DatabaseError::Interrupted { operation, source }),
        }
    }

    /// This database as a dependency: available when it can be read.
    pub fn dependency(&self) -> Dependency {
        let connection = Arc::clone(&self.connection);
        Dependency::new("database", move || {
            let connection = Arc::clone(&connection);
            async move {
                let answer = spawn_blocking(move || {
                    let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
                        row.get::<_, i64>(0)
                    })
                });
                match answer.await {
                    Ok(Ok(_tables)) => Ok(()),
                    Ok(Err(cause)) => Err(Unavailable(telemetry::cause_chain(&cause))),
                    Err(cause) => Err(Unavailable(telemetry::cause_chain(&cause))),
                }
            }
        })
    }
}

fn open(folder: &Path, file: &str, migrations: &[&str]) -> Result<Database, DatabaseError> {
    std::fs::create_dir_all(folder).map_err(|source| DatabaseError::Folder {
        path: folder.to_owned(),
        source,
    })?;
    let path = folder.join(file);
    // SQLite says only "unable to open database file"; the system's own words say why.
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(|source| DatabaseError::Folder {
            path: folder.to_owned(),
            source,
        })?;
    let failed = |source| DatabaseError::Open {
        path: path.clone(),
        source,
    };
    let mut connection = Connection::open(&path).map_err(failed)?;
    connection
        .pragma_update(None, "journal_mode", "wal")
        .map_err(failed)?;
    connection
        .pragma_update(None, "foreign_keys", true)
        .map_err(failed)?;
    connection
        .busy_timeout(std::time::Duration::from_secs(5))
        .map_err(failed)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let found: i64 = transaction
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(failed)?;
    let mut known = 0_i64;
    for migration in migrations {
        if known >= found {
            transaction.execute_batch(migration).map_err(failed)?;
        }
        known += 1;
    }
    if found > known {
        return Err(DatabaseError::TooNew { path, found, known });
    }
    transaction
        .pragma_update(None, "user_version", known)
        .map_err(failed)?;
    transaction.commit().map_err(failed)?;
    Ok(Database {
        connection: Arc::new(Mutex::new(connection)),
    })
}

impl From<DatabaseError> for ApiError {
    fn from(error: DatabaseError) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &[&str] = &["CREATE TABLE note (text TEXT NOT NULL)"];
    const SECOND: &[&str] = &[
        "CREATE TABLE note (text TEXT NOT NULL)",
        "ALTER TABLE note ADD COLUMN tag TEXT",
    ];

    #[tokio::test]
    async fn a_database_keeps_its_rows_through_a_migration() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path(), "notes.db", FIRST)
            .await
            .unwrap();
        database
            .run("insert note", |db| {
                db.execute("INSERT INTO note VALUES ('kept')", [])
            })
            .await
            .unwrap();
        drop(database);
        let database = Database::open(folder.path(), "notes.db", SECOND)
            .await
            .unwrap();
        let row = database.run("select note", |db| {
            db.query_row("SELECT text, tag FROM note", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
        });
        assert_eq!(row.await.unwrap(), ("kept".to_owned(), None::<String>));
    }

    #[tokio::test]
    async fn a_database_of_a_later_version_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        drop(
            Database::open(folder.path(), "notes.db", SECOND)
                .await
                .unwrap(),
        );
        let error = Database::open(folder.path(), "notes.db", FIRST)
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                DatabaseError::TooNew {
                    found: 2,
                    known: 1,
                    ..
                }
            ),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_data_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = Database::open(&file, "notes.db", FIRST).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("could not write to the data folder `{}`", file.display())
        );
    }
}
