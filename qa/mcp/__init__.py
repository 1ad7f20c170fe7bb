"""The Model Context Protocol: tools and resources for assistants and editors.

`mounting` serves them over HTTP, `qa.commands.mcp` over standard input and output.
"""
