"""The thresholds of the rules that are the same for every agency, as the method page names them.

What an agency may set is not here: those values stand in a month's ``Rules`` (store/evidence.py).
A change of any of these changes results, and so raises the formula's version; but for those of
issues and insights, at the end, which no rank follows.
"""

from __future__ import annotations

from datetime import timedelta

# A post's interactions are measured at its mark, so long after it was published.
MARK = timedelta(hours=24)
# Scoring measures by these, and collecting plans its reads by them.
EARLIEST_USABLE = timedelta(hours=18)  # a usable read's age, both ends included
LATEST_USABLE = timedelta(hours=30)
OBSERVED_WITHIN = timedelta(minutes=5)  # a read this near to the mark observes it
INTERPOLATED_WITHIN = timedelta(hours=2)  # a wider bracket is an estimate
ABSENCES_APART = timedelta(minutes=15)  # two absences confirm each other
# A month, and a post that nobody could measure, stays undecided this long.
SETTLED = LATEST_USABLE
# What was live and has ended is a post even if its end is not told, so long after that was seen.
END_UNTOLD = timedelta(hours=6)

THIN_PERCENT = 90  # of an account's posts; under it its satker is marked

# Near-duplicates: a text is compared with those at most so much older, and from so many characters.
COMPARED_WITHIN = timedelta(hours=24)
SHORTEST_COMPARED = 20

# Engagement rate: interactions for so many followers, read at the latest so long after the post.
RATE_PER = 1_000
FOLLOWERS_WITHIN = timedelta(days=7)

# "Di atas biasanya": the last posts that say what is usual, at most and at least, and which part
# of them is dropped at each end.
USUAL_MOST = 100
USUAL_FEWEST = 20
USUAL_DROPPED = 4  # a quarter

# Flags. A permille is a tenth of a percent.
BURST_POSTS = 10
BURST_WITHIN = timedelta(minutes=60)
SAME_LEAST = 5
SAME_PERCENT = 30
FALL_PERCENT = 20
FALL_ABOVE = 20
LIKES_I24 = 200
LIKES_PERMILLE = 5
LIKES_USUAL_PERCENT = 2
JUMP_PERCENT = 20
JUMP_ABOVE = 500

# Issues: terms of a week, held against the weeks before.
TERM_WEEKS = 8
TERM_LETTERS = 3  # of the shortest word
TERM_PRIOR = 500
TERM_Z = 450  # hundredths
TERM_UNITS = 5
TERM_MOST = 20
# Narratives: posts that share so much of their runs of so many words, of so many satker.
NARRATIVE_WORDS = 3
NARRATIVE_PERCENT = 35
NARRATIVE_UNITS = 3
# A clarification is looked for so long after it began.
CLARIFIED_SOON = timedelta(hours=24)
CLARIFIED_LATER = timedelta(hours=48)

# Insights: a group of posts is named from so many posts of so many satker on, where an interval of
# so many percent leaves zero; hours of a day are taken so many together.
EFFECT_POSTS = 30
EFFECT_UNITS = 5
EFFECT_PERCENT = 90
EFFECT_HOURS = timedelta(hours=3)

# Shares of labels: told from so many threads on that two people labelled, where they agree so far
# beyond chance (thousandths of Cohen's kappa), and where so many of the drawn were labelled at all.
SHARE_LEAST = 100
SHARE_KAPPA = 600
SHARE_LABELLED_PERCENT = 90
# The model helps where it goes with the labels so far (thousandths of the correlation).
SHARE_CORRELATION = 300
# A thread that is read so long after its month still belongs to it; so long after it labels are
# taken in, when no text is left.
SAMPLE_LATE = timedelta(days=7)
LABELS_LATE = timedelta(days=21)
