"""The queue and its history in one database, SQLite or PostgreSQL: the only room that speaks SQL."""
