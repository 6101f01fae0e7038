-- One comparison of a metadata filter as jsonpath text; a missing field matches $ne and $nin only.
CREATE OR REPLACE FUNCTION sqlrag.metadata_comparison(field text, operator text, operand jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    sign text := CASE operator
        WHEN '$lt' THEN '<' WHEN '$lte' THEN '<=' WHEN '$gt' THEN '>' WHEN '$gte' THEN '>='
        ELSE '==' END;
    operands jsonb := CASE WHEN operator IN ('$in', '$nin', '$all') THEN operand ELSE jsonb_build_array(operand) END;
    tests text[];
BEGIN
    IF operator = '$exists' AND jsonb_typeof(operand) = 'boolean' THEN
        RETURN CASE WHEN operand::boolean THEN '' ELSE '!' END || format('exists(%s)', field);
    ELSIF operator = '$exists' THEN
        RAISE EXCEPTION '$exists of % needs true or false, not %.', field, operand
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF operator NOT IN ('$eq', '$ne', '$in', '$nin', '$all', '$lt', '$lte', '$gt', '$gte') THEN
        RAISE EXCEPTION 'Unknown filter operator %.', operator
            USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Use $eq $ne $in $nin $all $lt $lte $gt $gte $exists $not $and $or $nor.';
    END IF;
    IF jsonb_typeof(operands) <> 'array'
        OR jsonb_path_exists(operands, 'strict $[*] ? (@.type() == "object" || @.type() == "array")')
    THEN
        RAISE EXCEPTION '% of % needs %, not %.', operator, field,
            CASE WHEN operator IN ('$in', '$nin', '$all') THEN 'a list of plain values'
                ELSE 'a plain value' END, operand
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- exists() makes a comparison of unlike types false instead of unknown, so that ! is its opposite.
    SELECT array_agg(format('exists(%s ? (@ %s %s))', field, sign, element))
    INTO tests FROM jsonb_array_elements(operands) AS element;
    RETURN CASE
        WHEN operator IN ('$ne', '$nin') THEN format('!(%s)', coalesce(array_to_string(tests, ' || '), '1 == 0'))
        WHEN operator = '$all' THEN format('(%s)', coalesce(array_to_string(tests, ' && '), '1 == 1'))
        ELSE format('(%s)', coalesce(array_to_string(tests, ' || '), '1 == 0'))
    END;
END;
$$;
