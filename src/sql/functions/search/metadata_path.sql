-- A metadata filter as a jsonpath predicate: plain values are contained, $-operators compare.
CREATE OR REPLACE FUNCTION sqlrag.metadata_path(filter jsonb, path text DEFAULT '$') RETURNS jsonpath
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    key text;
    value jsonb;
    parts text[] := '{}';
    literal text;
    tests text[];
BEGIN
    IF jsonb_typeof(filter) <> 'object' THEN
        RAISE EXCEPTION 'A metadata filter must be an object, not %.', filter
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR key, value IN SELECT * FROM jsonb_each(filter) LOOP
        IF key IN ('$and', '$or', '$nor') THEN
            IF jsonb_typeof(value) <> 'array' OR value = '[]' THEN
                RAISE EXCEPTION '% needs a list of at least one filter.', key
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
            parts := parts || (
                SELECT CASE key WHEN '$nor' THEN '!' ELSE '' END
                    || '(' || string_agg('(' || sqlrag.metadata_path(member, path)::text || ')',
                    CASE key WHEN '$and' THEN ' && ' ELSE ' || ' END) || ')'
                FROM jsonb_array_elements(value) AS member);
        ELSIF key = '$not' THEN
            parts := parts || ('!(' || sqlrag.metadata_path(value, path)::text || ')');
        ELSIF starts_with(key, '$') THEN
            parts := parts || sqlrag.metadata_comparison(path, key, value);
        ELSE
            literal := path || '.' || to_jsonb(key)::text;
            tests := ARRAY(
                SELECT CASE jsonb_typeof(value)
                    WHEN 'object' THEN '(' || sqlrag.metadata_path(value, field)::text || ')'
                    WHEN 'array' THEN sqlrag.metadata_comparison(field, '$all', value)
                    ELSE sqlrag.metadata_comparison(field, '$eq', value) END
                FROM (SELECT 1, literal UNION ALL
                    -- Dots walk into nested objects; to_jsonb quotes whatever else a key may hold.
                    SELECT 2, path || string_agg('.' || to_jsonb(step)::text, '')
                    FROM string_to_table(key, '.') AS step WHERE strpos(key, '.') > 0 HAVING count(*) > 0
                ) AS way (place, field) ORDER BY place);
            -- Where a key has that very name, dots and all, it is meant.
            parts := parts || CASE WHEN cardinality(tests) = 1 THEN tests[1]
                ELSE format('(exists(%1$s) && %2$s || !exists(%1$s) && %3$s)', literal, tests[1], tests[2]) END;
        END IF;
    END LOOP;
    RETURN coalesce(nullif(array_to_string(parts, ' && '), ''), '1 == 1')::jsonpath;
END;
$$;
