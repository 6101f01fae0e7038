ALTER TABLE sqlrag.embedding_spaces DROP COLUMN metric;
