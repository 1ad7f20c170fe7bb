"""Passages become searchable. Imports corpus."""
