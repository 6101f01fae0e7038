-- What a term of some weight adds to the score of a chunk: Robertson & Zaragoza 2009, section 3.
CREATE OR REPLACE FUNCTION sqlrag.bm25(weight float8, frequency int, term_count int, mean_length float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- k1 = 1.2 and b = 0.75, so k1 (1 - b) = 0.3 and k1 b = 0.9; without the constant k1 + 1.
    SELECT weight * frequency / (frequency + 0.3::float8 + 0.9::float8 * term_count / mean_length)
$$;
