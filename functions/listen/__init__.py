"""Listening beside the ranking: how often named queries are counted on X, as whole hours.

Off unless an agency names queries, a second admin has confirmed them, and money is set aside.
"""
