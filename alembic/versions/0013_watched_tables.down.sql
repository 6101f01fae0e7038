DROP VIEW IF EXISTS rag.watched_tables;
-- With the triggers of every watched table.
DROP FUNCTION sqlrag.note_changes() CASCADE;
DROP TABLE sqlrag.watched_tables;
DROP FUNCTION sqlrag.end_watch(), sqlrag.guard_watches();
