DROP TABLE sqlrag.relation_summaries, sqlrag.entity_summaries;
COMMENT ON COLUMN sqlrag.workspaces.settings IS 'How entities and relations are extracted: entity_types, language, examples, gleaning_rounds.';
