ALTER TABLE sqlrag.embedding_spaces
    ADD COLUMN metric text NOT NULL DEFAULT 'cosine',
    ADD CONSTRAINT metric_is_known CHECK (metric IN ('cosine', 'ip', 'l2'));
COMMENT ON COLUMN sqlrag.embedding_spaces.metric IS 'What makes two vectors near: cosine, ip (inner product) or l2 (distance); rag.nearest and the HNSW indexes follow it.';
