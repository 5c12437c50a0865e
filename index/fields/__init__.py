"""Language, organizations, themes, dates: each a function of a document."""
