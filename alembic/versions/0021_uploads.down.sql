DROP INDEX sqlrag.jobs_without_effect;
DROP INDEX sqlrag.documents_by_upload;
-- What only uploads had goes with them.
DELETE FROM sqlrag.uploads;
DROP TABLE sqlrag.uploads;
-- With its last document an original goes. Its row is locked first, as a writer of another document of the same
-- bytes does, so that the second step sees what that writer left.
CREATE OR REPLACE FUNCTION sqlrag.forget_originals() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    workspace int;
    hashes bytea[];
BEGIN
    FOR workspace, hashes IN SELECT workspace_id, array_agg(content_sha256) FROM left_behind GROUP BY workspace_id LOOP
        PERFORM FROM sqlrag.originals AS o
        WHERE o.workspace_id = workspace AND o.content_sha256 = ANY (hashes)
        ORDER BY o.content_sha256
        FOR UPDATE;
        CONTINUE WHEN NOT FOUND;
        DELETE FROM sqlrag.originals AS o
        WHERE o.workspace_id = workspace AND o.content_sha256 = ANY (hashes)
            AND NOT EXISTS (
                SELECT FROM sqlrag.documents AS d
                WHERE d.workspace_id = workspace AND d.content_sha256 = o.content_sha256
            );
    END LOOP;
    RETURN NULL;
END;
$$;
COMMENT ON TABLE sqlrag.originals IS
    'The bytes of documents as they were handed in, once for all documents of a workspace that share them.';
COMMENT ON COLUMN sqlrag.workspaces.settings IS
    'Its own options of extraction (entity_types, language, examples, gleaning_rounds, max_entities, max_relations), '
    'of retrieval (select) and of costs (budget, budget_period).';
