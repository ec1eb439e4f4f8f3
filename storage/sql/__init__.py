"""Records in SQL: one text for SQLite and PostgreSQL."""
