DROP INDEX sqlrag.jobs_by_change;
CREATE INDEX jobs_by_change ON sqlrag.jobs (workspace_id, changed_at);
DROP INDEX sqlrag.model_calls_by_day;
CREATE INDEX model_calls_by_day ON sqlrag.model_calls (workspace_id, created_at);

-- An older sqlrag refuses what it does not know.
UPDATE sqlrag.workspaces SET settings = settings - 'budget' - 'budget_period'
WHERE settings ? 'budget' OR settings ? 'budget_period';
COMMENT ON COLUMN sqlrag.workspaces.settings IS
    'Its own options of extraction (entity_types, language, examples, gleaning_rounds, max_entities, max_relations) '
    'and of retrieval (select).';

DROP TABLE sqlrag.prices;
