"""What to do next, what is set up and what is wrong, on one screen."""
