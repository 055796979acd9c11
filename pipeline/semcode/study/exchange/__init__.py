"""A study as files of other programs, and back."""
