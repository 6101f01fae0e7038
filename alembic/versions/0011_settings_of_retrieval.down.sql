-- An older sqlrag refuses what it does not know.
UPDATE sqlrag.workspaces SET settings = settings - 'select' WHERE settings ? 'select';
COMMENT ON COLUMN sqlrag.workspaces.settings IS
    'Its own options of extraction: entity_types, language, examples, gleaning_rounds, max_entities, max_relations.';
