"""The page on which people review, and the endpoints of other programs' protocols."""
