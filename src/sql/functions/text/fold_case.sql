-- A text in small letters that are the same under every locale that knows the case of all letters.
CREATE OR REPLACE FUNCTION sqlrag.fold_case(text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- The I first, which in Turkish would be ı; İ has two code points in some; a sigma that ends a word is ς in others.
    SELECT lower(translate(text, 'IİΣ', 'iiσ'))
$$;
