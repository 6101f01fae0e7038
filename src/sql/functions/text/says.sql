-- Whether a text says any of some phrases, whatever their case, spelling and form.
CREATE OR REPLACE FUNCTION sqlrag.says(content text, phrases sqlrag.phrase[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    folded text;
    phrase sqlrag.phrase;
    form text;
BEGIN
    IF content IS NULL OR coalesce(cardinality(phrases), 0) = 0 THEN
        RETURN false;
    END IF;
    folded := sqlrag.fold_case(sqlrag.normal_form(content));
    FOREACH phrase IN ARRAY phrases LOOP
        -- A quick look, which nearly always answers.
        CONTINUE WHEN strpos(folded, phrase.first) = 0;
        IF folded ~ phrase.exact THEN
            RETURN true;
        END IF;
        CONTINUE WHEN phrase.forms IS NULL;
        FOR form IN SELECT DISTINCT m.groups[1] FROM regexp_matches(folded, phrase.forms, 'g') AS m (groups) LOOP
            IF EXISTS (
                SELECT FROM unnest(phrase.languages) AS l (language)
                CROSS JOIN LATERAL to_tsvector(l.language::regconfig, phrase.words) AS wanted
                WHERE wanted <> '' AND wanted = to_tsvector(l.language::regconfig, translate(form, '-_./@', '     '))
            ) THEN
                RETURN true;
            END IF;
        END LOOP;
    END LOOP;
    RETURN false;
END;
$$;
