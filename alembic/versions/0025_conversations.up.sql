CREATE TABLE sqlrag.conversations (
    workspace_id int NOT NULL REFERENCES sqlrag.workspaces (workspace_id) ON DELETE CASCADE,
    conversation_id bigint GENERATED ALWAYS AS IDENTITY,
    owners text[] NOT NULL DEFAULT '{}',
    principals text[],
    title text NOT NULL DEFAULT '',
    metadata jsonb NOT NULL DEFAULT '{}',
    turn_count int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    PRIMARY KEY (workspace_id, conversation_id),
    CONSTRAINT metadata_of_a_conversation_is_an_object CHECK (jsonb_typeof(metadata) = 'object')
);
CREATE INDEX conversations_by_owner ON sqlrag.conversations USING gin (owners);
COMMENT ON TABLE sqlrag.conversations IS 'Questions that follow one another; whose they are, and for how long.';
COMMENT ON COLUMN sqlrag.conversations.owners IS
    'The key that it was begun with, by its prefix, and those that took its place; none where none was needed.';
COMMENT ON COLUMN sqlrag.conversations.principals IS
    'Whom the key stood for, in order: its answers were made for these, and others neither see it nor go on with it.';
COMMENT ON COLUMN sqlrag.conversations.turn_count IS 'Also the number of its latest turn.';
COMMENT ON COLUMN sqlrag.conversations.changed_at IS 'When it was last continued or renamed.';

-- A question and its answer are one row: there is no half of a turn.
CREATE TABLE sqlrag.turns (
    workspace_id int NOT NULL,
    conversation_id bigint NOT NULL,
    turn int NOT NULL,
    follows int NOT NULL,
    asked_as uuid NOT NULL,
    answered_at timestamptz NOT NULL DEFAULT now(),
    question text NOT NULL,
    searched text NOT NULL,
    answer text NOT NULL,
    citations jsonb NOT NULL,
    mode text NOT NULL,
    parameters jsonb NOT NULL,
    chunks jsonb NOT NULL,
    model text NOT NULL,
    prompt_tokens int,
    completion_tokens int,
    seconds jsonb NOT NULL,
    is_cached boolean NOT NULL,
    finish_reason text NOT NULL,
    notes text[] NOT NULL,
    token_count int NOT NULL,
    document_ids bigint[] NOT NULL,
    entity_ids bigint[] NOT NULL,
    source_keys text[] NOT NULL,
    erased_at timestamptz,
    PRIMARY KEY (workspace_id, conversation_id, turn),
    FOREIGN KEY (workspace_id, conversation_id) REFERENCES sqlrag.conversations ON DELETE CASCADE,
    CONSTRAINT a_turn_follows_what_was_there_before CHECK (follows >= 0 AND follows < turn)
);
COMMENT ON TABLE sqlrag.turns IS
    'A question of a conversation with its answer, what it cites, and the retrieval that it was made of.';
COMMENT ON COLUMN sqlrag.turns.turn IS 'In the order in which they were answered, from 1.';
COMMENT ON COLUMN sqlrag.turns.follows IS
    'The latest turn that was there when it was asked: those between the two it did not know.';
COMMENT ON COLUMN sqlrag.turns.asked_as IS 'Of the asking: what is sent again after a lost connection is written once.';
COMMENT ON COLUMN sqlrag.turns.searched IS 'The question as it was searched, which stands alone.';
COMMENT ON COLUMN sqlrag.turns.citations IS 'What the numbers of the answer stand for, as it was when it was answered.';
COMMENT ON COLUMN sqlrag.turns.chunks IS 'The context: chunk_id, document_id and score, in the order of their ranks.';
COMMENT ON COLUMN sqlrag.turns.token_count IS 'Of question and answer, for what a model is given of the conversation.';
COMMENT ON COLUMN sqlrag.turns.document_ids IS
    'Whose text the answer may hold: what was read for it, and for the turns that it followed; so are entity_ids and '
    'source_keys.';
COMMENT ON COLUMN sqlrag.turns.erased_at IS 'When what it says was taken away with a document that it was read from.';

CREATE TYPE sqlrag.new_turn AS (
    follows int, asked_as uuid, question text, searched text, answer text, citations jsonb, mode text, parameters jsonb,
    chunks jsonb, model text, prompt_tokens int, completion_tokens int, seconds jsonb, is_cached boolean,
    finish_reason text, notes text[], token_count int, document_ids bigint[], entity_ids bigint[], source_keys text[]
);
COMMENT ON TYPE sqlrag.new_turn IS 'A question that was answered, to be added to its conversation.';

SELECT sqlrag.guard_table('sqlrag.conversations');
SELECT sqlrag.guard_table('sqlrag.turns');
