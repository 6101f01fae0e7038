-- Puts the triggers of a watch on its table: what changes none of the columns calls none of them.
CREATE OR REPLACE FUNCTION sqlrag.add_triggers(
    relation regclass, workspace int, watch int, columns text[], by_row boolean, lists_columns boolean
)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    event record;
    listed text := (SELECT string_agg(format('%I', n), ', ') FROM (SELECT DISTINCT unnest(columns)) AS c (n));
    -- As texts, which every type has, and whose comparison a dump can write and read again.
    compared text := (SELECT string_agg(
            format('OLD.%1$I::text COLLATE "C" IS DISTINCT FROM NEW.%1$I::text COLLATE "C"', n), ' OR '
        ) FROM (SELECT DISTINCT unnest(columns)) AS c (n));
BEGIN
    FOR event IN
        -- The triggers of partitions are those of their rows: statements may name a partition.
        SELECT e.name, CASE
            WHEN e.name = 'update' THEN format('%s ON %s FOR EACH ROW WHEN (%s)',
                CASE WHEN lists_columns THEN 'OF ' || listed END, relation, compared)
            WHEN e.name = 'truncate' THEN format('ON %s FOR EACH STATEMENT', relation)
            WHEN by_row THEN format('ON %s FOR EACH ROW', relation)
            ELSE format('ON %s REFERENCING %s TABLE AS changed FOR EACH STATEMENT', relation, e.image)
            END AS clauses
        FROM (VALUES ('insert', 'NEW'), ('delete', 'OLD'), ('update', ''), ('truncate', '')) AS e (name, image)
    LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER %s %s EXECUTE FUNCTION sqlrag.note_changes(%L, %L)',
            format('sqlrag_watch_%s_%s', watch, event.name), event.name, event.clauses, workspace, watch);
    END LOOP;
END;
$$;
