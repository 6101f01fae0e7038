-- Cache and ledger in one: what was asked once is not paid for again.
CREATE TABLE sqlrag.model_calls (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    call_id bigint GENERATED ALWAYS AS IDENTITY,
    key_sha256 bytea NOT NULL,
    purpose text NOT NULL,
    model text NOT NULL,
    source_key text,
    response text,
    error text,
    prompt_tokens int,
    completion_tokens int,
    seconds float8 NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    document_ids bigint[],
    entity_ids bigint[],
    PRIMARY KEY (workspace_id, call_id),
    CONSTRAINT a_call_has_a_response_or_an_error CHECK ((response IS NULL) <> (error IS NULL))
);
CREATE INDEX model_calls_by_key ON sqlrag.model_calls (workspace_id, key_sha256) WHERE response IS NOT NULL;
-- What is spent is summed often, from the index alone.
CREATE INDEX model_calls_by_day ON sqlrag.model_calls (workspace_id, created_at)
    INCLUDE (model, prompt_tokens, completion_tokens);
COMMENT ON TABLE sqlrag.model_calls IS 'Every call of a model: what it was for, what it took and what came back.';
COMMENT ON COLUMN sqlrag.model_calls.key_sha256 IS
    'Of the model, the messages and the parameters; equal calls are answered from here.';
COMMENT ON COLUMN sqlrag.model_calls.source_key IS 'The document it was made for, NULL for a question.';
COMMENT ON COLUMN sqlrag.model_calls.document_ids IS
    'Whose text stood in the prompt, where it was not made for a document; NULL where that is not known.';
COMMENT ON COLUMN sqlrag.model_calls.entity_ids IS
    'Whose descriptions stood in the prompt; NULL where that is not known.';

CREATE TABLE sqlrag.rejects (
    workspace_id int NOT NULL,
    reject_id bigint GENERATED ALWAYS AS IDENTITY,
    chunk_id bigint NOT NULL,
    record text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, reject_id),
    FOREIGN KEY (workspace_id, chunk_id)
        REFERENCES sqlrag.chunks (workspace_id, chunk_id) ON DELETE CASCADE
);
CREATE INDEX rejects_by_chunk ON sqlrag.rejects (workspace_id, chunk_id);
COMMENT ON TABLE sqlrag.rejects IS 'Records of an extraction that could not be used, as they were written.';
