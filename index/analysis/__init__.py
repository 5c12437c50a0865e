"""Text to tokens to terms, the same for documents and for queries."""
