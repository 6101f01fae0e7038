-- A text in Latin or Greek letters as who has none with accents types it.
CREATE OR REPLACE FUNCTION sqlrag.plain_letters(text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT replace(replace(replace(replace(
        translate(regexp_replace(normalize(text, NFD), '[\u0300-\u036f]+', '', 'g'), 'łøđðħŧıς', 'loddhtiσ'),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
$$;
