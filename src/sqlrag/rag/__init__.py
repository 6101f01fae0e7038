"""The use-cases: ingesting, retrieving, answering. They know interfaces, not Postgres or HTTP."""
