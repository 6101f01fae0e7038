-- The weight that an edit gives a relation; refused where it cannot be one.
CREATE OR REPLACE FUNCTION sqlrag.check_weight(weight float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF weight IS NOT NULL AND NOT (weight > 0 AND weight < 'Infinity') THEN
        RAISE EXCEPTION 'The weight of a relation is %; use a number above 0.', weight
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN weight;
END;
$$;
