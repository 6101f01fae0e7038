"""HTTP: thin doors to the use-cases. Each handler has the name of its operation."""
