"""How good a model is: its figures, which boxes were right, how true its scores are, and pictures of that."""
