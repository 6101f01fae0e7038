-- The embedding space of a workspace, its metric and the metric's operator; kind is chunk, entity or relation.
CREATE OR REPLACE FUNCTION sqlrag.vector_space(
    workspace int, kind text, OUT space_id int, OUT metric text, OUT sign text
)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF kind NOT IN ('chunk', 'entity', 'relation') THEN
        RAISE EXCEPTION 'There are no vectors of kind "%"; use chunk, entity or relation.', kind
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT s.space_id, s.metric, CASE s.metric WHEN 'cosine' THEN '<=>' WHEN 'ip' THEN '<#>' ELSE '<->' END
    INTO space_id, metric, sign
    FROM sqlrag.workspaces AS w JOIN sqlrag.embedding_spaces AS s USING (space_id)
    WHERE w.workspace_id = workspace;
END;
$$;
