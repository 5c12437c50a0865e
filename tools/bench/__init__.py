"""The benchmark: Trouvaille beside other engines. Run ``python -m tools.bench --help``."""
