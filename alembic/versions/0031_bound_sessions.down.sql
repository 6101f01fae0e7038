-- With the policies that ask it: a server of before is shown every row.
DROP FUNCTION sqlrag.bound_workspace() CASCADE;
DROP FUNCTION sqlrag.require_workspace();
