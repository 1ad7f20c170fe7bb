"""An optional language model that writes from the passages, and may not invent.

`writer`, and all that checks sentences, is imported where one is set.
"""
