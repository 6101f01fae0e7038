-- A condition over the rows of a table as Postgres writes it, whatever search path is set, and the columns it reads.
CREATE OR REPLACE FUNCTION sqlrag.read_condition(relation regclass, said text, OUT condition text, OUT reads text[])
LANGUAGE plpgsql AS $$
DECLARE
    path text := current_setting('search_path');
    elsewhere boolean;
BEGIN
    IF said IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format(E'CREATE TEMP VIEW sqlrag_condition AS SELECT 1 AS one FROM %s WHERE (%s\n)', relation, said);
    SELECT array_agg(DISTINCT a.attname) FILTER (WHERE d.refobjid = relation),
        coalesce(bool_or(d.refobjid NOT IN (relation, r.ev_class)), false)
    INTO reads, elsewhere
    FROM pg_rewrite AS r
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        AND d.refclassid = 'pg_class'::regclass
    LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE r.ev_class = to_regclass('pg_temp.sqlrag_condition');
    reads := array_remove(reads, NULL);
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
    condition := (regexp_match(pg_get_viewdef(to_regclass('pg_temp.sqlrag_condition')), 'WHERE (.*);$'))[1];
    EXECUTE format('SELECT FROM %s AS t WHERE %s LIMIT 0', relation, condition);
    PERFORM set_config('search_path', path, true);
    DROP VIEW pg_temp.sqlrag_condition;
    IF elsewhere THEN
        RAISE EXCEPTION 'it may read the row only, not other tables' USING ERRCODE = 'syntax_error';
    END IF;
EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
    RAISE EXCEPTION 'The condition cannot be used: %.', rtrim(sqlerrm, '.')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'It is what may stand after WHERE in a query on the table.';
END;
$$;
