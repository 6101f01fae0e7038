CREATE SCHEMA IF NOT EXISTS sqlrag;
COMMENT ON SCHEMA sqlrag IS 'The tables of sqlrag. Read them through the functions and views of schema rag.';
CREATE SCHEMA IF NOT EXISTS rag;
COMMENT ON SCHEMA rag IS 'What sqlrag offers to SQL: functions and views, no data. \df rag.* lists it.';
