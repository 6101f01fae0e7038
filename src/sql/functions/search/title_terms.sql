-- The terms of a question as titles, headings and names of files have them, and what they weigh there.
CREATE OR REPLACE FUNCTION sqlrag.title_terms(workspace int, terms sqlrag.term[]) RETURNS SETOF sqlrag.term
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 AS $$
    WITH titled AS (
        SELECT asked.*, held.chunk_count AS title_count, sum(asked.idf) OVER () AS named
        FROM unnest(terms) AS asked
        CROSS JOIN LATERAL (SELECT count(*) AS chunk_count FROM sqlrag.chunk_terms AS t
            WHERE t.workspace_id = workspace AND t.lexeme = ('^' || asked.lexeme) COLLATE "C") AS held
        WHERE asked.chunk_count > 0 AND held.chunk_count > 0
    )
    -- Together up to a fifth of the question, so that a document that it names comes before one that it does not;
    -- less where the terms are as usual outside of titles: docs/decisions/0025.
    SELECT '^' || t.lexeme, t.title_count,
        0.22::float8 * (SELECT sum(asked.idf) FROM unnest(terms) AS asked WHERE asked.chunk_count > 0) / t.named * t.idf
            * t.title_count / t.chunk_count, t.mean_length, t.forms
    FROM titled AS t
$$;
