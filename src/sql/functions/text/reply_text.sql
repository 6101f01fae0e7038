-- What a reply of a model says: of JSON, as many of them are, the texts in it.
CREATE OR REPLACE FUNCTION sqlrag.reply_text(reply text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN reply IS JSON OBJECT AND strpos(reply, '\u0000') = 0 THEN sqlrag.json_values(reply::jsonb)
        ELSE reply END
$$;
