"""An index of the words that pictures were asked for with.

Both engines keep it by themselves, so it has what a program of version 0027
writes, and loses what that erases: SQLite by triggers, in a table that holds
no text, and PostgreSQL as the index of an expression. Since a job has
triggers there, SQLite looks for what refers to it by an index of credits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_SQLITE = (
    "CREATE TABLE indexed_jobs (position INTEGER PRIMARY KEY, job VARCHAR NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE prompt_index USING fts5(prompt, content='', tokenize='unicode61 remove_diacritics 2')",
    "INSERT INTO indexed_jobs (job) SELECT id FROM jobs ORDER BY created_at, id",
    """
    INSERT INTO prompt_index (rowid, prompt) SELECT position, coalesce(json_extract(jobs.wish, '$.prompt'), '')
    FROM indexed_jobs JOIN jobs ON jobs.id = indexed_jobs.job
    """,
    """
    CREATE TRIGGER index_prompt AFTER INSERT ON jobs BEGIN
        INSERT INTO indexed_jobs (job) VALUES (NEW.id);
        INSERT INTO prompt_index (rowid, prompt)
            SELECT position, coalesce(json_extract(NEW.wish, '$.prompt'), '') FROM indexed_jobs WHERE job = NEW.id;
    END
    """,
    """
    CREATE TRIGGER index_changed_prompt AFTER UPDATE OF wish ON jobs BEGIN
        INSERT INTO prompt_index (prompt_index, rowid, prompt)
            SELECT 'delete', position, coalesce(json_extract(OLD.wish, '$.prompt'), '') FROM indexed_jobs WHERE job = OLD.id;
        INSERT INTO prompt_index (rowid, prompt)
            SELECT position, coalesce(json_extract(NEW.wish, '$.prompt'), '') FROM indexed_jobs WHERE job = NEW.id;
    END
    """,
    """
    CREATE TRIGGER drop_indexed_prompt AFTER DELETE ON jobs BEGIN
        INSERT INTO prompt_index (prompt_index, rowid, prompt)
            SELECT 'delete', position, coalesce(json_extract(OLD.wish, '$.prompt'), '') FROM indexed_jobs WHERE job = OLD.id;
        DELETE FROM indexed_jobs WHERE job = OLD.id;
    END
    """,
)

# Nothing that it cannot read may keep a job from being written. Signs part words here as in `search_words`.
_POSTGRESQL = (
    r"""
    CREATE FUNCTION easel_prompt_words(wish json) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN
        RETURN to_tsvector('simple', regexp_replace(
            lower(regexp_replace(normalize(coalesce(wish->>'prompt', ''), NFKD), '[\u0300-\u036f]+', '', 'g')),
            '[!-/:-@\[-`{-~\u2000-\u206f\u3000-\u303f]+', ' ', 'g'
        ));
    EXCEPTION WHEN OTHERS THEN
        RETURN ''::tsvector;
    END $$
    """,
    "CREATE INDEX ix_jobs_prompt ON jobs USING gin (easel_prompt_words(wish))",
)


def upgrade() -> None:
    """Add the index, with all words that there are."""
    connection = op.get_bind()
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)
    has_job = sa.text("job IS NOT NULL")
    op.create_index("ix_credit_entries_job", "credit_entries", ["job"], sqlite_where=has_job, postgresql_where=has_job)
