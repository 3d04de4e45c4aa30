"""Tests about the repository itself: layers, documents, sizes, names."""
