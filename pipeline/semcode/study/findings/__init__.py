"""What a paper needs from a study: tables, quotes, matrices, networks."""
