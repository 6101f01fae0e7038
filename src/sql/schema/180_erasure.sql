-- Row types of what looks for traces and takes them away; it has no table of its own.
CREATE TYPE sqlrag.phrase AS (words text, first text, exact text, forms text, languages text[]);
COMMENT ON TYPE sqlrag.phrase IS
    'Words that are looked for: how the first of them begins in any form, patterns of the words as they stand and of '
    'what may be forms of them, and the languages whose forms count.';

CREATE TYPE sqlrag.erasure AS (
    workspace int, document_ids bigint[], source_keys text[], entity_ids bigint[], since timestamptz,
    words sqlrag.phrase[], names sqlrag.phrase[], lexemes text[], languages text[]
);
COMMENT ON TYPE sqlrag.erasure IS
    'What is to be erased: documents, what they speak of and since when they were there; words that are to be said '
    'nowhere; and the names and lexemes, of some languages, that nothing but these documents says.';

CREATE TYPE sqlrag.trace AS (place text, id text, rows bigint, entity_id bigint);
COMMENT ON TYPE sqlrag.trace IS
    'What was erased of a table: a row by its numbers, which tell nothing of it, or so many rows of one; and the '
    'entity that has to be embedded or summarised again for it.';
