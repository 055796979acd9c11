"""What a study learns from its coders, how good that is, and what the model may do by itself."""
