"""A plan carried out: what is asked of a platform, and what of the answers is kept."""
