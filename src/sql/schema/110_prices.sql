CREATE TABLE sqlrag.prices (
    model text PRIMARY KEY,
    dollars_in numeric NOT NULL,
    dollars_out numeric NOT NULL DEFAULT 0,
    CONSTRAINT a_price_is_not_negative CHECK (dollars_in >= 0 AND dollars_out >= 0)
);
COMMENT ON TABLE sqlrag.prices IS
    'What models cost, in dollars for a million tokens that they read and that they write; people fill it. '
    'Example: INSERT INTO sqlrag.prices VALUES (''model'', 0.5, 1.5)';
