-- Refuses, in a sentence, a table that cannot be watched by these columns.
CREATE OR REPLACE FUNCTION sqlrag.check_watchable(said text, relation regclass, key text, columns text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    reader name := (SELECT pg_get_userbyid(c.relowner) FROM pg_class AS c WHERE c.oid = 'sqlrag.jobs'::regclass);
    complaint text;
BEGIN
    SELECT CASE
        WHEN c.oid IS NULL THEN format('There is no table %s.', said)
        WHEN c.relkind NOT IN ('r', 'p') OR c.relpersistence = 't' OR c.relispartition
            THEN format('%s cannot be watched: it has to be a table, not a view, a partition or a temporary one.', said)
        WHEN c.relnamespace IN ('sqlrag'::regnamespace, 'pg_catalog'::regnamespace)
            THEN format('%s cannot be watched: it is not a table of an application.', said)
        WHEN missing.names IS NOT NULL THEN format('Table %s has no column %s.', said, missing.names)
        WHEN NOT EXISTS (
            -- Of partitions a unique index has to hold what they are made by, too.
            SELECT FROM pg_index AS i
            LEFT JOIN pg_partitioned_table AS p ON p.partrelid = i.indrelid
            CROSS JOIN LATERAL (SELECT array_agg(a.attname::text) AS names FROM pg_attribute AS a
                WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                    AND (a.attname = key OR p.partattrs IS NULL OR a.attnum <> ALL (p.partattrs))) AS indexed
            WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
                AND indexed.names = ARRAY[key]
        ) THEN format('Column %s does not name a row of %s by itself: no unique index is on it alone. A key of several '
            'columns can be joined by a generated one that is unique.', key, said)
        WHEN NOT has_table_privilege(reader, c.oid, 'SELECT') THEN format('Role %s, whose the tables of sqlrag are, '
            'may not read %s; GRANT SELECT ON %2$s TO %1$I.', reader, said)
        END INTO complaint
    FROM (SELECT) AS always
    LEFT JOIN pg_class AS c ON c.oid = relation
    CROSS JOIN LATERAL (
        SELECT string_agg(n, ', ') AS names FROM unnest(columns) AS n
        WHERE NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = n AND a.attnum > 0
            AND NOT a.attisdropped)
    ) AS missing;
    IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING ERRCODE = 'invalid_parameter_value';
    END IF;
END;
$$;
