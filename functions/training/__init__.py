"""Small models of the ministry's own, made on a person's computer from texts that it labelled."""
