"""Any OpenAI-compatible endpoint: chat, embeddings, a reranker."""
