"""Postgres behind the storage interfaces: statements by name, and a class where that is not all."""
