"""Building the vocabularies that the package contains."""
