"""What to read at this tick, most valuable first.

A post needs two reads that matter, just before and just after its 24-hour mark; it must be found
well before that, and pages want it fresh. ``candidates`` lists all that would be worth reading now,
``allocate`` grants of it what the credentials' budgets allow. When a budget does not reach,
freshness gives way first, then looks for new posts, then reads that would only narrow a bracket;
reads without which a mark is lost come last.
"""
