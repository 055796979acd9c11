"""Other programs' files, and tables that open safely anywhere."""
