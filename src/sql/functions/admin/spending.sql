-- What a workspace may spend, has spent and when that ends (days and months of UTC), and whether a model has a price.
-- call: SELECT * FROM sqlrag.spending($1, $2)
-- example: SELECT * FROM rag.spending('default', 'model')
CREATE OR REPLACE FUNCTION sqlrag.spending(workspace int, called_model text)
RETURNS TABLE (budget float8, period text, spent float8, period_ends timestamptz, is_priced boolean)
LANGUAGE sql STABLE ROWS 1 AS $$
    WITH chosen AS MATERIALIZED (
        SELECT s.budget, s.period, date_trunc(s.period, now(), 'UTC') AS begins, s.length
        FROM (
            SELECT (w.settings ->> 'budget')::float8 AS budget,
                coalesce(w.settings ->> 'budget_period', 'month') AS period,
                ('1 ' || coalesce(w.settings ->> 'budget_period', 'month'))::interval AS length
            FROM sqlrag.workspaces AS w
            WHERE w.workspace_id = workspace
        ) AS s
    )
    SELECT c.budget, c.period, coalesce(t.dollars, 0), (c.begins AT TIME ZONE 'UTC' + c.length) AT TIME ZONE 'UTC',
        EXISTS (SELECT FROM sqlrag.prices AS p WHERE p.model = called_model)
    FROM chosen AS c
    LEFT JOIN LATERAL (
        SELECT sum(m.dollars) AS dollars
        FROM (
            SELECT (p.dollars_in * sum(k.prompt_tokens) + p.dollars_out * coalesce(sum(k.completion_tokens), 0))::float8
                / 1000000 AS dollars
            FROM sqlrag.model_calls AS k
            JOIN sqlrag.prices AS p USING (model)
            WHERE k.workspace_id = workspace AND k.created_at >= c.begins
            GROUP BY p.model, p.dollars_in, p.dollars_out
        ) AS m
    ) AS t ON true
$$;
