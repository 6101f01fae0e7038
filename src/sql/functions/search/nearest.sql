-- What is nearest to a vector: exactly, or through the workspace's HNSW index once it has one.
CREATE OR REPLACE FUNCTION sqlrag.nearest(
    workspace int, kind text, query halfvec, k int DEFAULT 10, filter jsonb DEFAULT NULL
)
RETURNS TABLE (id bigint, similarity float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 AS $$
DECLARE
    space int;
    metric text;
    sign text;
    reach int := k;
    ids bigint[];
    similarities float8[];
    permitted bigint[];
    few bigint[];
BEGIN
    SELECT s.* INTO space, metric, sign FROM sqlrag.vector_space(workspace, kind) AS s;
    IF query IS NULL OR space IS NULL THEN
        RETURN;
    END IF;
    filter := nullif(filter, 'null');
    IF filter IS NOT NULL THEN
        few := sqlrag.few_chunks(workspace, filter);
        reach := greatest(50, 3 * k);
    END IF;
    -- Where a filter admits few nothing is faster than to compare them all.
    WHILE few IS NULL AND (filter IS NULL OR reach <= 500)
        AND to_regclass(format('sqlrag.%s_embeddings_hnsw_w%s_s%s', kind, workspace, space)) IS NOT NULL
    LOOP
        PERFORM set_config('hnsw.ef_search', least(greatest(80, 2 * reach), 1000)::text, true);
        -- The index is partial on these very numbers and this very cast: only literals match it.
        EXECUTE format(
            'SELECT array_agg(near.id), array_agg(near.similarity) FROM (
                SELECT %1$s_id AS id, %2$s - (embedding::halfvec(%3$s) %4$s $1) AS similarity
                FROM sqlrag.%1$s_embeddings
                WHERE workspace_id = %5$s AND space_id = %6$s
                ORDER BY embedding::halfvec(%3$s) %4$s $1 LIMIT $2
            ) AS near',
            kind, (metric = 'cosine')::int, vector_dims(query), sign, workspace, space)
        INTO ids, similarities USING query, reach;
        permitted := CASE WHEN filter IS NULL THEN ids
            ELSE ARRAY(SELECT p.id FROM sqlrag.permitted_among(workspace, kind, ids, filter) AS p) END;
        IF cardinality(permitted) >= k THEN
            -- In order anew: for the cosine, the index compares vectors that it has rounded once more.
            RETURN QUERY
                SELECT near.id, near.similarity FROM unnest(ids, similarities) AS near (id, similarity)
                WHERE filter IS NULL OR near.id = ANY (permitted)
                ORDER BY near.similarity DESC, near.id LIMIT k;
            RETURN;
        END IF;
        -- An index that runs dry may have missed some.
        EXIT WHEN filter IS NULL OR cardinality(ids) < reach;
        -- What the filter admitted so near to the question tells how far to go, or to compare all.
        reach := least(1.5 * k * reach / greatest(cardinality(permitted), 1), 1000);
    END LOOP;
    RETURN QUERY SELECT * FROM sqlrag.nearest_exact(workspace, kind, query, k, filter, space, metric, few);
END;
$$;
