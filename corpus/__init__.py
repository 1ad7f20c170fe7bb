"""A file becomes passages. Imports nothing of ours."""
