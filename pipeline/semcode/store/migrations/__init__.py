"""The study file through its versions."""
