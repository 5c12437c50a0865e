"""The search page, the JSON endpoint and the command line over them."""
