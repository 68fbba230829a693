"""The tour that `python -m kmsmock` gives: how it is told, and its story."""
