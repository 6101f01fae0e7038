DROP VIEW IF EXISTS rag.schedules;
DROP TABLE sqlrag.schedules;
