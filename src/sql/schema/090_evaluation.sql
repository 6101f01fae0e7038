CREATE TABLE sqlrag.eval_runs (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    run_id bigint GENERATED ALWAYS AS IDENTITY,
    dataset text NOT NULL,
    mode text NOT NULL,
    settings jsonb NOT NULL,
    measures jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, run_id)
);
COMMENT ON TABLE sqlrag.eval_runs IS 'Measured retrievals: one mode over one dataset. Read them in rag.eval_runs.';
COMMENT ON COLUMN sqlrag.eval_runs.settings IS 'What the run was made with: passages, embeddings, models, version.';
COMMENT ON COLUMN sqlrag.eval_runs.measures IS 'Means, intervals and times, as sqlrag eval --json prints them.';

CREATE TABLE sqlrag.eval_questions (
    workspace_id int NOT NULL,
    run_id bigint NOT NULL,
    question_id text NOT NULL,
    question text NOT NULL,
    type text NOT NULL,
    gold text[] NOT NULL,
    found text[] NOT NULL,
    milliseconds float8 NOT NULL,
    rows_read int NOT NULL,
    answer text,
    exact_match float8,
    f1 float8,
    PRIMARY KEY (workspace_id, run_id, question_id),
    FOREIGN KEY (workspace_id, run_id)
        REFERENCES sqlrag.eval_runs (workspace_id, run_id) ON DELETE CASCADE
);
COMMENT ON TABLE sqlrag.eval_questions IS 'The questions of a measured retrieval. Read them in rag.eval_questions.';
COMMENT ON COLUMN sqlrag.eval_questions.gold IS 'The keys of the passages that the question needs.';
COMMENT ON COLUMN sqlrag.eval_questions.found IS 'The keys of the passages found, best first.';
