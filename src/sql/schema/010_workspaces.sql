CREATE TABLE sqlrag.embedding_spaces (
    space_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text NOT NULL,
    dimensions int NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    metric text NOT NULL DEFAULT 'cosine',
    CONSTRAINT one_space_per_model_and_dimensions UNIQUE (model, dimensions),
    CONSTRAINT dimensions_fit_a_halfvec_index CHECK (dimensions BETWEEN 1 AND 4000),
    CONSTRAINT metric_is_known CHECK (metric IN ('cosine', 'ip', 'l2'))
);
COMMENT ON TABLE sqlrag.embedding_spaces IS
    'One embedding model and its number of dimensions; vectors of different spaces never meet.';
COMMENT ON COLUMN sqlrag.embedding_spaces.metric IS
    'What makes two vectors near: cosine, ip (inner product) or l2 (distance); rag.nearest and the HNSW indexes '
    'follow it.';

CREATE TABLE sqlrag.workspaces (
    workspace_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    space_id int REFERENCES sqlrag.embedding_spaces (space_id),
    created_at timestamptz NOT NULL DEFAULT now(),
    settings jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT workspace_name_is_unique UNIQUE (name),
    CONSTRAINT workspace_name_is_not_blank CHECK (name ~ '\S')
);
COMMENT ON TABLE sqlrag.workspaces IS 'A tenant. Every row of the other tables belongs to one.';
COMMENT ON COLUMN sqlrag.workspaces.space_id IS
    'The space its embeddings are searched in; NULL until the first document.';
COMMENT ON COLUMN sqlrag.workspaces.settings IS
    'Its own options of extraction (entity_types, language, examples, gleaning_rounds, max_entities, max_relations), '
    'of retrieval (select) and of costs (budget, budget_period); what clients of OpenAI call it (vector_store).';

-- Sums that BM25 and the status page need, kept as deltas: a counter row would make
-- every writer of a workspace wait for every other.
CREATE TABLE sqlrag.workspace_totals (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    total_id bigint GENERATED ALWAYS AS IDENTITY,
    changes bigint NOT NULL DEFAULT 0,
    documents bigint NOT NULL DEFAULT 0,
    chunks bigint NOT NULL DEFAULT 0,
    terms bigint NOT NULL DEFAULT 0,
    audience_id int NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, total_id)
);
COMMENT ON TABLE sqlrag.workspace_totals IS
    'Deltas whose sum per workspace and audience is its number of changes, documents, chunks and indexed terms; '
    'triggers write and fold them.';

-- Fold a workspace's deltas into one row per audience, passing over those another transaction holds.
CREATE FUNCTION sqlrag.fold_totals(workspace int) RETURNS void
LANGUAGE sql AS $$
    WITH old AS (
        SELECT total_id
        FROM sqlrag.workspace_totals
        WHERE workspace_id = workspace
        FOR UPDATE SKIP LOCKED
    ), folded AS (
        DELETE FROM sqlrag.workspace_totals AS total
        USING old
        WHERE total.workspace_id = workspace AND total.total_id = old.total_id
        RETURNING total.audience_id, total.changes, total.documents, total.chunks, total.terms
    )
    INSERT INTO sqlrag.workspace_totals (workspace_id, audience_id, changes, documents, chunks, terms)
    SELECT workspace, audience_id, sum(changes), sum(documents), sum(chunks), sum(terms)
    FROM folded
    GROUP BY audience_id
$$;

-- A number of ours, so that other users of advisory locks are not in the way; the second key is the workspace.
CREATE FUNCTION sqlrag.writer_lock() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 716253403
$$;
COMMENT ON FUNCTION sqlrag.writer_lock IS
    'The first key of the advisory lock under which the graph of a workspace is written.';
