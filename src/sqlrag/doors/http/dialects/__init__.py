"""Doors for clients of other APIs: each a table of routes and two mappers over what there is."""
