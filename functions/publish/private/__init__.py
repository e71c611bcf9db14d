"""What is for staff alone, in a place of its own (KIPRAH_PRIVATE): no public file lies there."""
