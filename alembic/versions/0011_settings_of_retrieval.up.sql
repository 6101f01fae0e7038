COMMENT ON COLUMN sqlrag.workspaces.settings IS
    'Its own options of extraction (entity_types, language, examples, gleaning_rounds, max_entities, max_relations) '
    'and of retrieval (select).';
