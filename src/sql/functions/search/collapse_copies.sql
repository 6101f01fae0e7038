-- The first k of some chunks in an order, each text once: the first that has it, its place, and those that repeat it.
CREATE OR REPLACE FUNCTION sqlrag.collapse_copies(workspace int, chunk_ids bigint[], k int)
RETURNS TABLE (chunk_id bigint, rank int, place int, copies sqlrag.copy[])
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    -- A quick look, which nearly always answers: do two of the first have as many characters and tokens?
    IF (SELECT count(*) = count(DISTINCT (c.token_count, c.char_end - c.char_start))
        FROM unnest(chunk_ids[:2 * k]) AS given (chunk_id)
        CROSS JOIN LATERAL (
            SELECT chunk.token_count, chunk.char_start, chunk.char_end FROM sqlrag.chunks AS chunk
            WHERE chunk.workspace_id = workspace AND chunk.chunk_id = given.chunk_id LIMIT 1
        ) AS c)
    THEN
        RETURN QUERY
            SELECT given.chunk_id, given.place::int, given.place::int, '{}'::sqlrag.copy[]
            FROM unnest(chunk_ids[:k]) WITH ORDINALITY AS given (chunk_id, place);
        RETURN;
    END IF;
    RETURN QUERY
        WITH sized AS MATERIALIZED (
            SELECT given.place, c.*, count(*) OVER (PARTITION BY c.token_count, c.length) AS alike
            FROM unnest(chunk_ids) WITH ORDINALITY AS given (chunk_id, place)
            CROSS JOIN LATERAL (
                SELECT chunk.chunk_id, chunk.document_id, chunk.token_count, chunk.char_end - chunk.char_start AS length
                FROM sqlrag.chunks AS chunk
                WHERE chunk.workspace_id = workspace AND chunk.chunk_id = given.chunk_id
                LIMIT 1
            ) AS c
        ), told AS MATERIALIZED (
            -- A text is read only where another one has as many characters and tokens.
            SELECT s.place, s.chunk_id, s.document_id, min(s.place) OVER (PARTITION BY CASE WHEN s.alike = 1
                THEN s.chunk_id::text ELSE (SELECT md5(c.content) FROM sqlrag.chunks AS c
                    WHERE c.workspace_id = workspace AND c.chunk_id = s.chunk_id) END) AS first
            FROM sized AS s
        ), kept AS MATERIALIZED (
            SELECT t.place, t.chunk_id, row_number() OVER (ORDER BY t.place)::int AS rank
            FROM told AS t WHERE t.place = t.first ORDER BY t.place LIMIT k
        ), repeated AS (
            SELECT t.first, array_agg((t.chunk_id, d.document_id, d.source_key, d.title)::sqlrag.copy ORDER BY t.place)
                AS copies
            FROM told AS t JOIN sqlrag.documents AS d ON d.workspace_id = workspace AND d.document_id = t.document_id
            WHERE t.place > t.first
            GROUP BY t.first
        )
        SELECT kept.chunk_id, kept.rank, kept.place::int, coalesce(repeated.copies, '{}')
        FROM kept LEFT JOIN repeated ON repeated.first = kept.place
        ORDER BY kept.rank;
END;
$$;
