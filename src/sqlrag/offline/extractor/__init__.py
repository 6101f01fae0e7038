"""Entities and relations out of chunks: by a chat model, or offline by rules and counts."""
