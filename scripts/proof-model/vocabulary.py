"""A byte-level BPE of exactly 512 tokens: three special ones, 256 bytes, the rest merges of ordinary English."""

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from lessons import LESSONS, SPECIAL_TOKENS

VOCABULARY_SIZE = 512

_ENGLISH = """
A model server reads a question, splits it into tokens, and answers with tokens, one after the other. The cards hold the
weights and remember what was said before. When the memory is full, the server waits; when a card is lost, the words
come out wrong. An operator wants to know whether the machine works before the large model is there. That is what this
small model is for: its answers are known, so that a right answer can be told from a wrong one within a moment.
"""


def make_tokenizer() -> Tokenizer:
    """Trains the tokenizer; deterministic, because the text is fixed and ties are broken by the trainer's own order."""
    tokenizer = Tokenizer(models.BPE())
    # The same splitting as GPT-2: llama.cpp knows it by the name "gpt-2".
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        min_frequency=1,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    texts = [text for lesson in LESSONS for text in lesson if text.isascii()]
    tokenizer.train_from_iterator([_ENGLISH, *texts], trainer)
    if tokenizer.get_vocab_size() != VOCABULARY_SIZE:
        raise SystemExit(f"the tokenizer has {tokenizer.get_vocab_size()} tokens instead of {VOCABULARY_SIZE}")
    return tokenizer
