-- A filter that is asked about some documents only, so that however many it admits no others are looked at. One that
-- names documents itself stays as it is.
CREATE OR REPLACE FUNCTION sqlrag.narrow_filter(filter jsonb, document_ids bigint[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(filter) = 'object' AND NOT filter ? 'document_ids'
        THEN filter || jsonb_build_object('document_ids', document_ids) ELSE filter END
$$;
