"""A file for each platform that is listened to; it sees the HTTP client and the model alone."""
