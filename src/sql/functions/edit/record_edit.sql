-- Write an edit into the history; triggers of what it changed count it as a change of the workspace's data.
CREATE OR REPLACE FUNCTION sqlrag.record_edit(
    workspace int, editor text, action text, subject text, before jsonb, after jsonb
)
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO sqlrag.edits (workspace_id, edited_by, action, subject, before, after)
    VALUES (workspace, editor, record_edit.action, record_edit.subject, record_edit.before, record_edit.after)
$$;
