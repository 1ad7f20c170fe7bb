"""An optional language model that writes from the passages, and may not invent.

Imported where one is set: what checks its sentences is nothing to a service without.
"""
