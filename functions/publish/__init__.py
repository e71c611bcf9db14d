"""From what the store holds to a static site and open data files."""
