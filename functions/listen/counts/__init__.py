"""How often named queries are counted on X, by the whole hour."""
