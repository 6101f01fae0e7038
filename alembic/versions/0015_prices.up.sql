CREATE TABLE sqlrag.prices (
    model text PRIMARY KEY,
    dollars_in numeric NOT NULL,
    dollars_out numeric NOT NULL DEFAULT 0,
    CONSTRAINT a_price_is_not_negative CHECK (dollars_in >= 0 AND dollars_out >= 0)
);
COMMENT ON TABLE sqlrag.prices IS
    'What models cost, in dollars for a million tokens that they read and that they write; people fill it. '
    'Example: INSERT INTO sqlrag.prices VALUES (''model'', 0.5, 1.5)';

COMMENT ON COLUMN sqlrag.workspaces.settings IS
    'Its own options of extraction (entity_types, language, examples, gleaning_rounds, max_entities, max_relations), '
    'of retrieval (select) and of costs (budget, budget_period).';

-- Changes are read page by page, also where thousands of jobs came at one moment.
DROP INDEX sqlrag.jobs_by_change;
CREATE INDEX jobs_by_change ON sqlrag.jobs (workspace_id, changed_at, job_id);

-- What is spent is summed often, from the index alone.
DROP INDEX sqlrag.model_calls_by_day;
CREATE INDEX model_calls_by_day ON sqlrag.model_calls (workspace_id, created_at)
    INCLUDE (model, prompt_tokens, completion_tokens);
