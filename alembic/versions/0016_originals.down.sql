DROP TRIGGER forget_originals_of_updated ON sqlrag.documents;
DROP TRIGGER forget_originals_of_deleted ON sqlrag.documents;
DROP FUNCTION sqlrag.forget_originals();
DROP INDEX sqlrag.documents_by_content;
DROP TABLE sqlrag.originals;
