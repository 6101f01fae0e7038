-- The extension stays: other schemas may use it.
DROP SCHEMA rag CASCADE;
DROP TABLE
    sqlrag.chunk_embeddings, sqlrag.chunk_terms, sqlrag.chunks, sqlrag.documents,
    sqlrag.workspace_totals, sqlrag.workspaces, sqlrag.embedding_spaces
CASCADE;
DROP FUNCTION sqlrag.count_chunks(), sqlrag.count_documents(), sqlrag.fold_totals(int);
