DROP VIEW IF EXISTS rag.edits;
DROP TABLE sqlrag.forgotten_relations, sqlrag.edits;
DROP FUNCTION sqlrag.refuse_rewriting();

DROP TRIGGER forget_ends_of_edited_relations ON sqlrag.relations;
DROP FUNCTION sqlrag.forget_ends();
DROP INDEX sqlrag.edited_relations_by_source, sqlrag.edited_relations_by_target;
CREATE OR REPLACE FUNCTION sqlrag.forget_relations() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(716253403, workspace_id)
    FROM (SELECT DISTINCT workspace_id FROM gone ORDER BY workspace_id) AS touched;
    DELETE FROM sqlrag.relations AS relation
    USING (SELECT DISTINCT workspace_id, relation_id FROM gone) AS lost
    WHERE relation.workspace_id = lost.workspace_id AND relation.relation_id = lost.relation_id
        AND relation.edited_by IS NULL
        AND NOT EXISTS (
            SELECT FROM sqlrag.evidence AS e
            WHERE e.workspace_id = relation.workspace_id AND e.relation_id = relation.relation_id
        );
    -- Summed anew: a weight that is added and taken away again would keep the rounding.
    UPDATE sqlrag.relations AS relation
    SET weight = left_over.weight
    FROM (
        SELECT lost.workspace_id, lost.relation_id, coalesce(sum(e.weight), 0) AS weight
        FROM (SELECT DISTINCT workspace_id, relation_id FROM gone) AS lost
        LEFT JOIN sqlrag.evidence AS e USING (workspace_id, relation_id)
        GROUP BY lost.workspace_id, lost.relation_id
    ) AS left_over
    WHERE relation.workspace_id = left_over.workspace_id AND relation.relation_id = left_over.relation_id;
    RETURN NULL;
END;
$$;

UPDATE sqlrag.relations AS r SET weight = (
    SELECT coalesce(sum(e.weight), 0) FROM sqlrag.evidence AS e
    WHERE e.workspace_id = r.workspace_id AND e.relation_id = r.relation_id
) WHERE r.edited_weight IS NOT NULL;
ALTER TABLE sqlrag.relations
    DROP CONSTRAINT edited_weight_is_a_weight,
    DROP CONSTRAINT only_an_edit_sets_a_relation,
    DROP COLUMN is_reversed,
    DROP COLUMN edited_weight;
ALTER TABLE sqlrag.relations
    ADD CONSTRAINT only_an_edit_sets_a_relation CHECK (edited_by IS NOT NULL OR (keywords, description) IS NULL);
COMMENT ON COLUMN sqlrag.relations.weight IS 'The sum of its evidence''s weights; triggers keep it.';

CREATE OR REPLACE FUNCTION sqlrag.forget_entities() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- Alone among the writers of the workspace's graph: two that each delete one of the last two
    -- mentions would otherwise both see the other's and leave the entity behind.
    PERFORM pg_advisory_xact_lock(716253403, workspace_id)
    FROM (SELECT DISTINCT workspace_id FROM gone ORDER BY workspace_id) AS touched;
    DELETE FROM sqlrag.entities AS entity
    USING (SELECT DISTINCT workspace_id, entity_id FROM gone) AS lost
    WHERE entity.workspace_id = lost.workspace_id AND entity.entity_id = lost.entity_id
        AND entity.edited_by IS NULL
        AND NOT EXISTS (
            SELECT FROM sqlrag.mentions AS m
            WHERE m.workspace_id = entity.workspace_id AND m.entity_id = entity.entity_id
        );
    RETURN NULL;
END;
$$;
DROP FUNCTION sqlrag.is_related_by_hand(int, bigint);
DROP TRIGGER take_graph_before_documents_go ON sqlrag.documents;
DROP TRIGGER forget_aliases_of_documents ON sqlrag.documents;
DROP FUNCTION sqlrag.take_graph(), sqlrag.forget_aliases();

DELETE FROM sqlrag.entity_aliases WHERE entity_id IS NULL;
DROP INDEX sqlrag.entity_aliases_of_one_document;
COMMENT ON COLUMN sqlrag.entity_aliases.entity_id IS NULL;
ALTER TABLE sqlrag.entity_aliases
    DROP CONSTRAINT only_an_edit_leads_a_name_nowhere,
    DROP CONSTRAINT an_alias_s_edit_says_whose_it_is,
    DROP CONSTRAINT entity_aliases_workspace_id_fkey,
    DROP COLUMN edited_at,
    DROP COLUMN edited_by,
    ALTER COLUMN entity_id SET NOT NULL;
