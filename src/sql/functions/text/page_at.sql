-- The page on which a character of a document stands; NULL where there are no pages.
CREATE OR REPLACE FUNCTION sqlrag.page_at(page int, page_breaks int[], place int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT page + (SELECT count(*)::int FROM unnest(page_breaks) AS page_break WHERE page_break <= place)
$$;
