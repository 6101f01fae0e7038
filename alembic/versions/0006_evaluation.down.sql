DROP VIEW IF EXISTS rag.eval_questions, rag.eval_runs;
DROP TABLE sqlrag.eval_questions, sqlrag.eval_runs;
DROP INDEX sqlrag.mentions_of_subjects;
