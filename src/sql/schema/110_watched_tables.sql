CREATE TABLE sqlrag.watched_tables (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    watch_id int GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    key_column text NOT NULL,
    text_column text NOT NULL,
    title_column text,
    metadata_columns text[] NOT NULL DEFAULT '{}',
    condition text,
    media_type text NOT NULL DEFAULT 'text/plain',
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, watch_id),
    CONSTRAINT a_table_is_watched_once UNIQUE (workspace_id, name)
);
COMMENT ON TABLE sqlrag.watched_tables IS
    'Tables of applications whose rows are documents; each has triggers, which go when its row is deleted here.';
COMMENT ON COLUMN sqlrag.watched_tables.name IS 'As it was when watching began: its documents are name/key.';
COMMENT ON COLUMN sqlrag.watched_tables.condition IS 'Over a row: which are documents; as Postgres writes it.';
COMMENT ON COLUMN sqlrag.watched_tables.error IS 'Why a change of a row could not be read.';

-- The condition runs in the triggers, with the rights of the owner: one who may write our tables may not write it.
CREATE FUNCTION sqlrag.guard_watches() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_has_role((SELECT c.relowner FROM pg_class AS c WHERE c.oid = TG_RELID), 'USAGE') THEN
        RAISE EXCEPTION 'Only the owner of the tables of sqlrag may watch a table.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER guard_watches BEFORE INSERT OR UPDATE ON sqlrag.watched_tables
    FOR EACH ROW EXECUTE FUNCTION sqlrag.guard_watches();

-- Runs inside the writes of applications, who have no rights here. What each row has become is read by the job.
CREATE FUNCTION sqlrag.note_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' AS $$
DECLARE
    watch sqlrag.watched_tables;
    reading text;
    keys text[];
BEGIN
    SELECT * INTO watch FROM sqlrag.watched_tables AS w
    WHERE w.workspace_id = TG_ARGV[0]::int AND w.watch_id = TG_ARGV[1]::int;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF TG_OP = 'TRUNCATE' THEN
        PERFORM sqlrag.enqueue_table(watch.workspace_id, watch.watch_id);
        RETURN NULL;
    END IF;
    reading := format('SELECT array_agg(t.%I::text) FROM %s AS t WHERE %s', watch.key_column, CASE TG_LEVEL
        WHEN 'STATEMENT' THEN 'changed' ELSE '(SELECT ($1).* UNION ALL SELECT ($2).*)' END,
        coalesce(watch.condition, 'true'));
    -- A table that was changed so that it cannot be read any more can still be written.
    BEGIN
        IF TG_LEVEL = 'STATEMENT' THEN
            EXECUTE reading INTO keys;
        ELSIF TG_OP = 'UPDATE' THEN
            EXECUTE reading INTO keys USING OLD, NEW;
        ELSIF TG_OP = 'INSERT' THEN
            EXECUTE reading INTO keys USING NEW, NEW;
        ELSE
            EXECUTE reading INTO keys USING OLD, OLD;
        END IF;
    EXCEPTION WHEN syntax_error_or_access_rule_violation OR data_exception THEN
        RAISE WARNING 'Changes of % do not reach sqlrag: %', watch.name, sqlerrm USING HINT = 'Watch it again.';
        keys := '{}';
        watch.error := sqlerrm;
    END;
    IF keys = '{}' THEN
        -- By one: the others do not wait for it.
        UPDATE sqlrag.watched_tables AS w SET error = watch.error
        FROM (
            SELECT o.watch_id FROM sqlrag.watched_tables AS o
            WHERE o.workspace_id = watch.workspace_id AND o.watch_id = watch.watch_id AND o.error IS NULL
            FOR UPDATE SKIP LOCKED
        ) AS sound
        WHERE w.workspace_id = watch.workspace_id AND w.watch_id = sound.watch_id;
    ELSIF keys IS NOT NULL THEN
        PERFORM sqlrag.enqueue_rows(watch.workspace_id, watch.watch_id, keys);
    END IF;
    RETURN NULL;
END;
$$;
-- Whoever may put it on a table of his own could have casts of his own called.
REVOKE ALL ON FUNCTION sqlrag.note_changes() FROM PUBLIC;

CREATE FUNCTION sqlrag.end_watch() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    ours record;
BEGIN
    PERFORM sqlrag.cancel_jobs(OLD.workspace_id, ARRAY(
        SELECT j.job_id FROM sqlrag.jobs AS j
        WHERE j.workspace_id = OLD.workspace_id AND j.status IN ('waiting', 'running') AND j.kind IN ('row', 'table')
            AND j.arguments ->> 'watch_id' = OLD.watch_id::text
    ));
    FOR ours IN
        SELECT t.tgname, t.tgrelid::regclass AS relation FROM pg_trigger AS t
        WHERE t.tgfoid = 'sqlrag.note_changes'::regproc AND t.tgparentid = 0
            AND t.tgname LIKE format('sqlrag\_watch\_%s\_%%', OLD.watch_id)
    LOOP
        BEGIN
            EXECUTE format('DROP TRIGGER %I ON %s', ours.tgname, ours.relation);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING 'Trigger % is left, without effect, on %: only the owner of the table may drop it.',
                ours.tgname, ours.relation;
        END;
    END LOOP;
    RETURN NULL;
END;
$$;
CREATE TRIGGER end_watch AFTER DELETE ON sqlrag.watched_tables
    FOR EACH ROW EXECUTE FUNCTION sqlrag.end_watch();
