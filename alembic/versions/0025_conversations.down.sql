DROP VIEW IF EXISTS rag.turns;
DROP VIEW IF EXISTS rag.conversations;
DROP TABLE sqlrag.turns;
DROP TABLE sqlrag.conversations;
DROP TYPE sqlrag.new_turn CASCADE;
