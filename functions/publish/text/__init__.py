"""The words and formats of the site, in Indonesian."""
