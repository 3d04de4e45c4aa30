"""Tests of the scripts beside the world's shapes."""
