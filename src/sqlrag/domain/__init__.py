"""The words of the system: plain frozen things, errors and interfaces. Imports nothing of ours."""
