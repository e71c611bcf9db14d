"""The open data files of a month."""
