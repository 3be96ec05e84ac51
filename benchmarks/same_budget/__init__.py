"""The same pictures and the same time, from random weights: this project's detector and others, side by side."""
