"""What is read from counters and captions beside the ranking. Pure, as all rules are."""
