"""Sheets in which two people label a month's sample, out and in again."""
