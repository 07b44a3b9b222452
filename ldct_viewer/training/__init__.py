"""Training data, objectives and the training loop."""
