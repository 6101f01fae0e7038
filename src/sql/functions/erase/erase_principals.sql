-- Takes principals from keys, audiences, the audit and the history, and what they asked, also in conversations; a key
-- that stood for them alone goes. Who came with a token is known by its subject alone, too.
CREATE OR REPLACE FUNCTION sqlrag.erase_principals(workspace int, people text[]) RETURNS SETOF sqlrag.trace
LANGUAGE plpgsql AS $$
DECLARE
    own text[] := ARRAY(
        SELECT k.prefix FROM sqlrag.keys AS k
        WHERE k.workspace_id = workspace AND k.principals && people AND k.principals <@ people
    );
BEGIN
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.jobs AS j
            WHERE j.workspace_id = workspace AND (
                j.arguments #> '{asked_by,principals}' ?| people
                OR j.arguments #>> '{asked_by,key}' = ANY (own || people)
                OR sqlrag.token_subject(j.arguments #>> '{asked_by,key}') = ANY (people))
            RETURNING j.job_id
        )
        SELECT 'jobs', gone.job_id::text, 1::bigint, NULL::bigint FROM gone;
    -- Whose they were is not known of them.
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.replies AS r WHERE r.workspace_id = workspace AND people <> '{}' RETURNING r.reply_id
        )
        SELECT 'replies', encode(gone.reply_id, 'hex'), 1::bigint, NULL::bigint FROM gone;
    RETURN QUERY
        WITH theirs AS MATERIALIZED (
            SELECT c.conversation_id FROM sqlrag.conversations AS c
            WHERE c.workspace_id = workspace AND (c.principals && people OR c.owners && (own || people))
        ), turn AS (
            SELECT t.conversation_id, t.turn FROM sqlrag.turns AS t JOIN theirs USING (conversation_id)
            WHERE t.workspace_id = workspace
        ), gone AS (
            DELETE FROM sqlrag.conversations AS c USING theirs
            WHERE c.workspace_id = workspace AND c.conversation_id = theirs.conversation_id
            RETURNING c.conversation_id
        )
        SELECT 'turns', turn.conversation_id || ' ' || turn.turn, 1::bigint, NULL::bigint FROM turn
        UNION ALL
        SELECT 'conversations', gone.conversation_id::text, 1, NULL FROM gone;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.audit AS a
            WHERE a.workspace_id = workspace AND (
                a.who = ANY (own || people) OR sqlrag.token_subject(a.who) = ANY (people)
                OR a.principals && people AND a.principals <@ people)
            RETURNING a.audit_id
        ), emptied AS (
            UPDATE sqlrag.audit AS a
            SET subject = CASE WHEN a.subject <> ALL (own || people) THEN a.subject END,
                question = CASE WHEN NOT a.principals && people THEN a.question END,
                principals = ARRAY(SELECT p.name FROM unnest(a.principals) WITH ORDINALITY AS p (name, place)
                    WHERE p.name <> ALL (people) ORDER BY p.place)
            WHERE a.workspace_id = workspace
                AND a.who <> ALL (own || people) AND sqlrag.token_subject(a.who) <> ALL (people)
                AND (a.subject = ANY (own || people) OR a.principals && people AND NOT a.principals <@ people)
            RETURNING a.audit_id
        )
        SELECT 'audit', gone.audit_id::text, 1::bigint, NULL::bigint FROM gone
        UNION ALL
        SELECT 'audit', emptied.audit_id::text, 1, NULL FROM emptied;
    RETURN QUERY
        WITH gone AS (
            DELETE FROM sqlrag.keys AS k WHERE k.workspace_id = workspace AND k.prefix = ANY (own) RETURNING k.key_id
        ), emptied AS (
            UPDATE sqlrag.keys AS k
            SET principals = ARRAY(SELECT p.name FROM unnest(k.principals) WITH ORDINALITY AS p (name, place)
                WHERE p.name <> ALL (people) ORDER BY p.place)
            WHERE k.workspace_id = workspace AND k.principals && people AND NOT k.principals <@ people
            RETURNING k.key_id
        )
        SELECT 'keys', gone.key_id::text, 1::bigint, NULL::bigint FROM gone
        UNION ALL
        SELECT 'keys', emptied.key_id::text, 1, NULL FROM emptied;
    RETURN QUERY
        WITH emptied AS (
            -- What was for them alone is for nobody.
            UPDATE sqlrag.audiences AS a
            SET principals = ARRAY(SELECT CASE WHEN name = ANY (people) THEN 'erased-' || a.audience_id ELSE name END
                FROM unnest(a.principals) AS name ORDER BY 1)
            WHERE a.workspace_id = workspace AND a.principals && people
            RETURNING a.audience_id
        ), gone AS (
            -- Who reads less now sees a sum of changes that he may have seen before, when he read more.
            DELETE FROM sqlrag.answers AS a
            WHERE a.workspace_id = workspace AND EXISTS (SELECT FROM emptied)
            RETURNING a.key_sha256
        )
        SELECT 'audiences', emptied.audience_id::text, 1::bigint, NULL::bigint FROM emptied
        UNION ALL
        SELECT 'answers', encode(gone.key_sha256, 'hex'), 1, NULL FROM gone;
    RETURN QUERY
        WITH edit AS (
            UPDATE sqlrag.edits AS e SET edited_by = 'erased', subject = '', before = NULL, after = NULL
            WHERE e.workspace_id = workspace AND e.edited_by = ANY (people) RETURNING e.edit_id
        ), entity AS (
            UPDATE sqlrag.entities AS e SET edited_by = 'erased'
            WHERE e.workspace_id = workspace AND e.edited_by = ANY (people) RETURNING e.entity_id
        ), relation AS (
            UPDATE sqlrag.relations AS r SET edited_by = 'erased'
            WHERE r.workspace_id = workspace AND r.edited_by = ANY (people) RETURNING r.relation_id
        ), alias AS (
            UPDATE sqlrag.entity_aliases AS a SET edited_by = 'erased'
            WHERE a.workspace_id = workspace AND a.edited_by = ANY (people) RETURNING a.entity_id, a.document_id
        ), forgotten AS (
            UPDATE sqlrag.forgotten_relations AS f SET edited_by = 'erased'
            WHERE f.workspace_id = workspace AND f.edited_by = ANY (people) RETURNING f.edited_at
        )
        SELECT 'edits', edit.edit_id::text, 1::bigint, NULL::bigint FROM edit
        UNION ALL SELECT 'entities', entity.entity_id::text, 1, NULL FROM entity
        UNION ALL SELECT 'relations', relation.relation_id::text, 1, NULL FROM relation
        UNION ALL SELECT 'entity_aliases', concat_ws(' ', alias.entity_id, alias.document_id), 1, NULL FROM alias
        UNION ALL
        SELECT 'forgotten_relations', extract(epoch FROM forgotten.edited_at)::text, 1, NULL
        FROM forgotten;
END;
$$;
