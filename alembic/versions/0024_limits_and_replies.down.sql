DROP TABLE sqlrag.replies;
DROP TABLE sqlrag.key_limits;
DROP VIEW IF EXISTS rag.keys;
ALTER TABLE sqlrag.keys DROP COLUMN per_minute, DROP COLUMN questions_per_minute, DROP COLUMN writes_per_minute;
