DROP VIEW IF EXISTS rag.jobs, rag.backlog, rag.failures, rag.workers;
DROP TYPE sqlrag.held_job CASCADE;
DROP TYPE sqlrag.new_job CASCADE;
DROP TABLE sqlrag.jobs;
DROP TABLE sqlrag.workers;
