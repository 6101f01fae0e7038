"""What works without a model: an embedder, an extractor, an answerer."""
