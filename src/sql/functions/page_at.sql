-- The page on which a character of a document stands; NULL where there are no pages.
-- call: SELECT rag.page_at($1, $2, $3)
CREATE OR REPLACE FUNCTION rag.page_at(page int, page_breaks int[], place int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT page + (SELECT count(*)::int FROM unnest(page_breaks) AS page_break WHERE page_break <= place)
$$;
COMMENT ON FUNCTION rag.page_at IS 'The page of a character, by the first page of its chunk and the breaks inside it. Example: SELECT rag.page_at(3, ARRAY[120, 480], 130)';
