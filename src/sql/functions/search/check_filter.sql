-- Refuses a filter that cannot be read, also where there is nothing yet that it could be asked of.
CREATE OR REPLACE FUNCTION sqlrag.check_filter(filter jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    known text[] := '{document_ids,source_keys,tags,all_tags,metadata,created_after,created_before}';
    unknown text;
    wrong record;
BEGIN
    IF filter IS NULL THEN
        RETURN true;
    END IF;
    IF jsonb_typeof(filter) NOT IN ('object', 'null') THEN
        RAISE EXCEPTION 'A filter must be an object, not %.', filter USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT key INTO unknown FROM jsonb_object_keys(nullif(filter, 'null')) AS key WHERE key <> ALL (known) LIMIT 1;
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'Unknown filter "%".', unknown USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Use ' || array_to_string(known, ', ') || '; metadata fields go inside metadata.';
    END IF;
    SELECT given.key, given.value, needed.what INTO wrong
    FROM jsonb_each(nullif(filter, 'null')) AS given
    CROSS JOIN LATERAL (SELECT CASE
        WHEN given.key = 'document_ids' THEN 'a list of numbers, such as [1, 2]'
        WHEN given.key IN ('source_keys', 'tags', 'all_tags') THEN 'a list of texts, such as ["a", "b"]'
        WHEN given.key LIKE 'created%' THEN 'a date or a time, such as "2024-05-31T12:00:00Z"' END AS what) AS needed
    WHERE CASE
        WHEN given.key LIKE 'created%' THEN jsonb_typeof(given.value) <> 'string'
            OR NOT pg_input_is_valid(given.value #>> '{}', 'timestamptz')
        WHEN needed.what IS NULL THEN false
        WHEN jsonb_typeof(given.value) <> 'array' THEN true
        ELSE EXISTS (SELECT FROM jsonb_array_elements(given.value) AS one
            WHERE CASE given.key WHEN 'document_ids' THEN one::text !~ '^[0-9]{1,18}$'
                ELSE jsonb_typeof(one) <> 'string' END) END
    LIMIT 1;
    IF wrong.key IS NOT NULL THEN
        RAISE EXCEPTION 'The filter % needs %, not %.', wrong.key, wrong.what, left(wrong.value::text, 200)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF filter -> 'metadata' IS NOT NULL THEN
        PERFORM sqlrag.metadata_path(filter -> 'metadata');
    END IF;
    RETURN true;
END;
$$;
