"""Who read and coded what in a study, compared."""
