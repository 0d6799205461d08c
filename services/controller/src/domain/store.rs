//! The documents in SQLite.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use service_kit::Dependency;
use service_kit::database::{Database, DatabaseError};
use service_kit::pagination::{Page, PageRequest};
use uuid::Uuid;

use super::document::{Document, DocumentSummary};

const MIGRATIONS: &[&str] = &["
    CREATE TABLE document (
        id TEXT PRIMARY KEY,
        url TEXT NOT NULL UNIQUE,
        final_url TEXT NOT NULL,
        title TEXT,
        description TEXT,
        analysis TEXT NOT NULL,
        link_count INTEGER NOT NULL,
        image_count INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        text TEXT NOT NULL
    );
    CREATE TABLE document_tag (
        document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
        tag TEXT NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (document_id, tag)
    );
    CREATE INDEX document_tag_by_tag ON document_tag (tag, document_id);
"];

/// The columns of a summary, in the order in which [`summary`] reads them. Tags come as a JSON list.
const SUMMARY: &str = "id, url, final_url, title, description, analysis, link_count, image_count, created_at, updated_at,
    (SELECT json_group_array(tag) FROM (SELECT tag FROM document_tag WHERE document_id = id ORDER BY position))";

/// Keeps documents.
#[derive(Debug, Clone)]
pub struct DocumentStore {
    database: Database,
}

impl DocumentStore {
    /// Opens the store in the data folder.
    pub async fn open(folder: &Path) -> Result<Self, DatabaseError> {
        Ok(Self {
            database: Database::open(folder, "controller.db", MIGRATIONS).await?,
        })
    }

    /// The store as a dependency of the service.
    pub fn dependency(&self) -> Dependency {
        self.database.dependency()
    }

    /// The document that was made from this URL.
    pub async fn find_by_url(&self, url: String) -> Result<Option<Document>, DatabaseError> {
        self.database
            .run("select document by url", move |db| select(db, "url", &url))
            .await
    }

    /// The document with this id.
    pub async fn find(&self, id: Uuid) -> Result<Option<Document>, DatabaseError> {
        self.database
            .run("select document", move |db| {
                select(db, "id", &id.to_string())
            })
            .await
    }

    /// Stores a document. One of the same URL is replaced, but keeps its id and its first date.
    pub async fn save(&self, document: Document) -> Result<Document, DatabaseError> {
        self.database
            .run("insert document", move |db| insert(db, document))
            .await
    }

    /// Removes the document with this id; says whether there was one.
    pub async fn delete(&self, id: Uuid) -> Result<Deletion, DatabaseError> {
        let work = move |db: &mut Connection| {
            db.execute("DELETE FROM document WHERE id = ?1", [id.to_string()])
        };
        let removed = self.database.run("delete document", work).await?;
        Ok(if removed == 0 {
            Deletion::NothingThere
        } else {
            Deletion::Done
        })
    }

    /// A page of documents, newest first, of those with this tag where one is given.
    pub async fn list(
        &self,
        tag: Option<String>,
        page: PageRequest,
    ) -> Result<Page<DocumentSummary>, DatabaseError> {
        let documents = self.database.run("select documents", move |db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {SUMMARY} FROM document
                 WHERE (?1 IS NULL OR id < ?1)
                   AND (?2 IS NULL OR id IN (SELECT document_id FROM document_tag WHERE tag = ?2))
                 ORDER BY id DESC LIMIT ?3"
            ))?;
            let before = page.before.map(|id| id.to_string());
            let rows = statement.query_map(params![before, tag, page.rows()], summary)?;
            rows.collect::<Result<Vec<_>, _>>()
        });
        Ok(page.page(documents.await?, |document| document.id))
    }
}

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// The document is gone.
    Done,
    /// There was no such document.
    NothingThere,
}

fn select(
    db: &Connection,
    column: &'static str,
    key: &str,
) -> Result<Option<Document>, rusqlite::Error> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {SUMMARY}, text FROM document WHERE {column} = ?1"
    ))?;
    let document = |row: &Row<'_>| {
        Ok(Document {
            summary: summary(row)?,
            text: row.get(11)?,
        })
    };
    statement.query_row([key], document).optional()
}

fn insert(db: &mut Connection, mut document: Document) -> Result<Document, rusqlite::Error> {
    let transaction = db.transaction()?;
    let new = &document.summary;
    let analysis = serde_json::to_string(&new.analysis).map_err(to_sql_error)?;
    let (id, created_at) = transaction.query_row(
        "INSERT INTO document VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (url) DO UPDATE SET
            final_url = excluded.final_url, title = excluded.title, description = excluded.description,
            analysis = excluded.analysis, link_count = excluded.link_count, image_count = excluded.image_count,
            updated_at = excluded.updated_at, text = excluded.text
         RETURNING id, created_at",
        params![
            new.id.to_string(),
            new.url,
            new.final_url,
            new.title,
            new.description,
            analysis,
            i64::try_from(new.link_count).unwrap_or(i64::MAX),
            i64::try_from(new.image_count).unwrap_or(i64::MAX),
            new.created_at.to_string(),
            new.updated_at.to_string(),
            document.text,
        ],
        |row| Ok((parsed::<Uuid>(row, 0)?, parsed::<Timestamp>(row, 1)?)),
    )?;
    transaction.execute(
        "DELETE FROM document_tag WHERE document_id = ?1",
        [id.to_string()],
    )?;
    for (position, tag) in new.tags.iter().enumerate() {
        transaction.execute(
            "INSERT OR IGNORE INTO document_tag VALUES (?1, ?2, ?3)",
            params![
                id.to_string(),
                tag,
                i64::try_from(position).unwrap_or(i64::MAX)
            ],
        )?;
    }
    transaction.commit()?;
    document.summary.id = id;
    document.summary.created_at = created_at;
    Ok(document)
}

fn summary(row: &Row<'_>) -> Result<DocumentSummary, rusqlite::Error> {
    Ok(DocumentSummary {
        id: parsed(row, 0)?,
        url: row.get(1)?,
        final_url: row.get(2)?,
        title: row.get(3)?,
        description: row.get(4)?,
        analysis: json(row, 5)?,
        link_count: count(row, 6)?,
        image_count: count(row, 7)?,
        created_at: parsed(row, 8)?,
        updated_at: parsed(row, 9)?,
        tags: json(row, 10)?,
    })
}

fn parsed<T>(row: &Row<'_>, column: usize) -> Result<T, rusqlite::Error>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|cause| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(cause))
    })
}

fn json<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> Result<T, rusqlite::Error> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|cause| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(cause))
    })
}

fn count(row: &Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

fn to_sql_error(cause: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(cause))
}
