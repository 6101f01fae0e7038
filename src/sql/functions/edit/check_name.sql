-- A name that an edit gives, without space around it; refused where it cannot be one.
CREATE OR REPLACE FUNCTION sqlrag.check_name(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF name IS NULL OR name !~ '\S' THEN
        RAISE EXCEPTION 'An entity needs a name; this one is empty.' USING ERRCODE = 'invalid_parameter_value';
    ELSIF length(name) > 500 THEN
        RAISE EXCEPTION 'The name "%…" has % characters; use 500 at most.', left(name, 40), length(name)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN regexp_replace(btrim(name, E' \t\r\n'), '\s+', ' ', 'g');
END;
$$;
