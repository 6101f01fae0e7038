-- What functions are handed and hand on, row by row. A place is a number from 1.
CREATE TYPE sqlrag.term AS (lexeme text, chunk_count bigint, idf float8, mean_length float8, forms bigint);
COMMENT ON TYPE sqlrag.term IS
    'A term of a question: how many chunks have it, what it weighs in BM25, how many terms a chunk has on average, and '
    'how many terms are forms of the same word.';

CREATE TYPE sqlrag.arm AS (arm text, rank bigint, score float8);
COMMENT ON TYPE sqlrag.arm IS 'One arm of a retrieval that found something, at which rank (from 1) and raw score.';

CREATE TYPE sqlrag.search_request AS (
    words text, names text, history text, embedding halfvec, entity_embedding halfvec, relation_embedding halfvec
);
COMMENT ON TYPE sqlrag.search_request IS
    'What is searched for: a question in words, what names its entities, the last turns, and the vectors of all '
    'three kinds; without names or a vector of its own, the question stands in.';

CREATE TYPE sqlrag.search_limits AS (
    top_k int, chunk_top_k int, max_entity_tokens int, max_relation_tokens int, max_total_tokens int, hops int
);
COMMENT ON TYPE sqlrag.search_limits IS
    'How much a retrieval returns: top_k entities and as many relations, chunk_top_k chunks, each within its tokens;'
    ' hops NULL is what suits the mode.';

CREATE TYPE sqlrag.copy AS (chunk_id bigint, document_id bigint, source_key text, title text);
COMMENT ON TYPE sqlrag.copy IS 'A chunk with the same text as another, and its document.';

CREATE TYPE sqlrag.chunk_item AS (
    rank int, score float8, chunk_id bigint, document_id bigint, source_key text, title text, content text,
    token_count int, ordinal int, char_start int, char_end int, page int, page_end int, page_breaks int[],
    headings text[], metadata jsonb, created_at timestamptz, arms sqlrag.arm[],
    copies sqlrag.copy[]
);
COMMENT ON TYPE sqlrag.chunk_item IS
    'A chunk of a context: its text, where it stands in its document, who found it, and the chunks that repeat it.';

CREATE TYPE sqlrag.entity_details AS (
    name text, type text, description text, aliases text[], chunk_count int, relation_count int, edited_by text
);
COMMENT ON TYPE sqlrag.entity_details IS
    'An entity and what is known of it; edited_by is NULL where no person changed it.';

CREATE TYPE sqlrag.relation_details AS (
    source text, target text, keywords text, description text, weight float8, chunk_count int, edited_by text
);
COMMENT ON TYPE sqlrag.relation_details IS
    'A relation and what is known of it, pointing the way most of its evidence does.';

CREATE TYPE sqlrag.new_document AS (
    source_key text, title text, media_type text, language text, content_sha256 bytea, recipe text, metadata jsonb,
    tags text[], char_count int, error text, read text[]
);
COMMENT ON TYPE sqlrag.new_document IS
    'A document to be written; error says what of it is missing, NULL for nothing, and read who may read it, NULL for '
    'who may already.';

CREATE TYPE sqlrag.new_chunk AS (
    content text, content_sha256 bytea, token_count int, char_start int, char_end int, page int, page_breaks int[],
    headings text[], embedding halfvec
);
COMMENT ON TYPE sqlrag.new_chunk IS 'A chunk to be written.';

CREATE TYPE sqlrag.new_mention AS (
    chunk int, name int, written text, type text, description text, is_subject boolean
);
COMMENT ON TYPE sqlrag.new_mention IS
    'An entity found in a chunk: the places of its chunk and of its name, and how the name is written there.';

CREATE TYPE sqlrag.new_evidence AS (
    chunk int, source int, target int, keywords text, description text, weight float8
);
COMMENT ON TYPE sqlrag.new_evidence IS
    'A relation found in a chunk: the places of its chunk and of the names of its ends.';

CREATE TYPE sqlrag.new_reject AS (chunk int, record text, reason text);
COMMENT ON TYPE sqlrag.new_reject IS 'A record of a model that cannot be used, with the place of its chunk.';

CREATE TYPE sqlrag.new_entity_vector AS (name int, embedding halfvec);
COMMENT ON TYPE sqlrag.new_entity_vector IS 'The vector of an entity, with the place of its name.';

CREATE TYPE sqlrag.new_relation_vector AS (source int, target int, embedding halfvec);
COMMENT ON TYPE sqlrag.new_relation_vector IS 'The vector of a relation, with the places of the names of its ends.';

CREATE TYPE sqlrag.new_graph AS (
    names text[], mentions sqlrag.new_mention[], evidence sqlrag.new_evidence[], rejects sqlrag.new_reject[],
    entity_vectors sqlrag.new_entity_vector[], relation_vectors sqlrag.new_relation_vector[], extracted int[],
    extractor text
);
COMMENT ON TYPE sqlrag.new_graph IS
    'What was found in the chunks of one document: every name once; extracted are the places of the chunks that '
    'extractor is done with.';

CREATE TYPE sqlrag.new_item AS (
    source_key text, content text, embedding halfvec, metadata jsonb, tags text[], token_count int, call int,
    replaces boolean
);
COMMENT ON TYPE sqlrag.new_item IS
    'An item of a store: a document of one chunk; items of one call are stored together or not at all.';

CREATE TYPE sqlrag.new_model_call AS (
    workspace_id int, source_key text, key_sha256 bytea, purpose text, model text, response text, error text,
    prompt_tokens int, completion_tokens int, seconds float8, document_ids bigint[], entity_ids bigint[]
);
COMMENT ON TYPE sqlrag.new_model_call IS 'A call of a model that was made.';

CREATE TYPE sqlrag.new_eval_question AS (
    question_id text, question text, type text, gold text[], found text[], milliseconds float8, rows_read int,
    answer text, exact_match float8, f1 float8
);
COMMENT ON TYPE sqlrag.new_eval_question IS
    'A question of an evaluation, with the source keys it should find and those it found.';
