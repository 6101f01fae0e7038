-- What bytes say, where they are a text; of others what of them is ASCII.
CREATE OR REPLACE FUNCTION sqlrag.plain_bytes(content bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN convert_from(content, 'UTF8');
EXCEPTION WHEN data_exception THEN
    RETURN replace(encode(content, 'escape'), '\000', '');
END;
$$;
