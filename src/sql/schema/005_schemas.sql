CREATE SCHEMA IF NOT EXISTS sqlrag;
COMMENT ON SCHEMA sqlrag IS 'The tables of sqlrag, and the functions that its programs call, by the id of a workspace.';
CREATE SCHEMA IF NOT EXISTS rag;
COMMENT ON SCHEMA rag IS
    'What sqlrag offers to SQL: functions by the name of a workspace, and views; no data. \df rag.* lists it.';
