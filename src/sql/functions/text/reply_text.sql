-- What a reply of a model says: of JSON, as many of them are, the texts in it.
CREATE OR REPLACE FUNCTION sqlrag.reply_text(reply text) RETURNS text
-- In PL/pgSQL, where nothing is cast before it is looked at.
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF reply IS JSON OBJECT AND strpos(reply, '\u0000') = 0 THEN
        RETURN sqlrag.json_values(reply::jsonb);
    END IF;
    RETURN reply;
END;
$$;
