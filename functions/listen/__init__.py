"""Listening beside the ranking; every part is off until an agency has set up what it asks for.

``counts`` is how often named queries are met on X, ``comments`` which questions below the units'
posts were answered.
"""
