-- In public by name: "$user" comes first in the search path, and a role may be named sqlrag.
CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;
