"""What is set up and what is wrong, one finding a line."""
