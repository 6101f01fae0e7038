DROP VIEW IF EXISTS rag.providers;
DROP TABLE sqlrag.model_limits;
