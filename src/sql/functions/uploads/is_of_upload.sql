-- Whether a source key is that of an upload: file-, 32 digits and a name. By a regular expression lists took five times
-- as long.
CREATE OR REPLACE FUNCTION sqlrag.is_of_upload(source_key text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT source_key LIKE 'file-%' AND substr(source_key, 38, 1) = '/'
        AND translate(substr(source_key, 6, 32), '0123456789abcdef', '') = ''
$$;
