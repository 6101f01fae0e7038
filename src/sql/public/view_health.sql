CREATE OR REPLACE VIEW rag.health WITH (security_invoker) AS
SELECT * FROM sqlrag.examine(4000000);
COMMENT ON VIEW rag.health IS
    'What would hurt this database, and what to do about it: each thing that was looked at is ok, warn or fail. '
    'Example: SELECT * FROM rag.health';
