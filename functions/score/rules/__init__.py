"""The rules, pure: no I/O, no clock. The folder is the rule."""
