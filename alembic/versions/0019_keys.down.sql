DROP VIEW IF EXISTS rag.keys;
DROP TABLE sqlrag.keys;
