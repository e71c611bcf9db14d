"""From samples to 24-hour interactions, and from those to monthly rankings."""
