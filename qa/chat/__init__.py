"""OpenAI's chat protocol: what chat front ends send, and what they read."""
