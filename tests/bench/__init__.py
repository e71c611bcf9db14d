"""Benchmarks: tables of figures beside a named alternative; run by ``make bench``, never a test."""
