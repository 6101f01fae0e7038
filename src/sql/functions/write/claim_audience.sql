-- The audience of some principals, made where there is none yet; without any, everybody's.
CREATE OR REPLACE FUNCTION sqlrag.claim_audience(workspace int, readers text[]) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    asked text[] := ARRAY(SELECT DISTINCT reader FROM unnest(readers) AS reader ORDER BY reader);
    found_id int;
BEGIN
    IF asked = '{}' THEN
        RETURN 0;
    END IF;
    LOOP
        SELECT a.audience_id INTO found_id FROM sqlrag.audiences AS a
        WHERE a.workspace_id = workspace AND a.principals = asked;
        IF FOUND THEN
            RETURN found_id;
        END IF;
        -- Another writer that makes one meanwhile is waited for, and its number or its audience is taken: then again.
        INSERT INTO sqlrag.audiences (workspace_id, audience_id, principals)
        SELECT workspace, coalesce(max(a.audience_id), 0) + 1, asked
        FROM sqlrag.audiences AS a WHERE a.workspace_id = workspace
        ON CONFLICT DO NOTHING;
    END LOOP;
END;
$$;
