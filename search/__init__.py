"""A question in, an answer out; knows nothing of HTTP."""
