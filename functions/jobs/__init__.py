"""What the jobs share: a request in, one run at a time, every agency in turn, the report out."""
