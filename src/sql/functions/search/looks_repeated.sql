-- Whether nearly all that words find scores the same, as one text many times does: what else there is comes behind.
CREATE OR REPLACE FUNCTION sqlrag.looks_repeated(by_words sqlrag.arm[], k int) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT cardinality(by_words) >= k AND (
        SELECT count(*) >= k AND count(DISTINCT found.score) * 5 < k FROM unnest(by_words) AS found
        WHERE found.score IS NOT NULL)
$$;
