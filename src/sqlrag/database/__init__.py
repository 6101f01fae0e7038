"""Everything that speaks to Postgres: the pool, statements, migrations, the embedded server."""
