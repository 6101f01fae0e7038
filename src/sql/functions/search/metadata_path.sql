-- A metadata filter as a jsonpath predicate: plain values are contained, $-operators compare.
CREATE OR REPLACE FUNCTION sqlrag.metadata_path(filter jsonb, path text DEFAULT '$') RETURNS jsonpath
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    key text;
    value jsonb;
    parts text[] := '{}';
    field text;
BEGIN
    IF jsonb_typeof(filter) <> 'object' THEN
        RAISE EXCEPTION 'A metadata filter must be an object, not %.', filter
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR key, value IN SELECT * FROM jsonb_each(filter) LOOP
        IF key IN ('$and', '$or') THEN
            IF jsonb_typeof(value) <> 'array' OR value = '[]' THEN
                RAISE EXCEPTION '% needs a list of at least one filter.', key
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
            parts := parts || (
                SELECT '(' || string_agg('(' || sqlrag.metadata_path(member, path)::text || ')',
                    CASE key WHEN '$and' THEN ' && ' ELSE ' || ' END) || ')'
                FROM jsonb_array_elements(value) AS member);
        ELSIF starts_with(key, '$') THEN
            parts := parts || sqlrag.metadata_comparison(path, key, value);
        ELSE
            -- Dots walk into nested objects; to_jsonb quotes whatever else a key may hold.
            SELECT path || string_agg('.' || to_jsonb(step)::text, '')
            INTO field FROM string_to_table(key, '.') AS step;
            parts := parts || CASE jsonb_typeof(value)
                WHEN 'object' THEN '(' || sqlrag.metadata_path(value, field)::text || ')'
                WHEN 'array' THEN sqlrag.metadata_comparison(field, '$all', value)
                ELSE sqlrag.metadata_comparison(field, '$eq', value)
            END;
        END IF;
    END LOOP;
    RETURN coalesce(nullif(array_to_string(parts, ' && '), ''), '1 == 1')::jsonpath;
END;
$$;
