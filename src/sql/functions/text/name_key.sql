-- A name as names are compared: folded, without articles, legal forms and punctuation.
CREATE OR REPLACE FUNCTION sqlrag.name_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    WITH folded AS (
        SELECT btrim(regexp_replace(
            -- ASCII is normal as it is. Keys are stored, so they must not follow the database's locale.
            CASE WHEN octet_length(name) = length(name) THEN lower(name COLLATE "C") COLLATE "default"
                ELSE normalize(sqlrag.fold_case(normalize(name, NFKC)), NFKC) END,
            '[\u0001-\u0025\u0027-\u002a\u002c-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf'
            '\u2000-\u206f\u3000-\u303f]+', ' ', 'g'
        )) AS key
    ), trimmed AS (
        SELECT key, regexp_replace(regexp_replace(key, '^(the|a|an) (?=\S)', ''),
            '(?<=\S)( (inc|incorporated|corp|corporation|co|company|llc|ltd|limited|plc|gmbh|ag|sa|srl|oao'
            '|ооо|оао|зао))+$', '') AS core
        FROM folded
    )
    -- A name that is nothing but an article, a legal form or punctuation is itself.
    SELECT coalesce(nullif(core, ''), nullif(key, ''), lower(name)) FROM trimmed
$$;
