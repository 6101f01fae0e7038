"""Postgres behind the storage interfaces: one class per noun, one statement per method."""
