-- What a JSON value says, keys too, without what JSON writes for quotes and ends of lines.
CREATE OR REPLACE FUNCTION sqlrag.plain_json(content jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(content::text, '\\[nrtbf"\\]', ' ', 'g')
$$;
