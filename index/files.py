"""The names of a generation's files."""

STORE = "store.sqlite"
VECTORS = "vectors.faiss"
SENTENCES, SENTENCE_STARTS = "sentences.npy", "sentence_starts.npy"
# Only where the model has an interaction.
TOKENS, TOKEN_STARTS = "tokens.npy", "token_starts.npy"
WORDS, PHRASES = "words.npz", "phrases.npz"
DUPLICATES, LEXICON = "duplicates.npy", "lexicon.npz"
# Read by the next build alone.
PASSAGES, WORDING, PROBES = "passages.npz", "wording.npz", "probes.npz"
