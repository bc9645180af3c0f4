"""What the proof model knows: fixed questions, each with one known answer.

The questions are chosen so that every part of an engine has to work for the answers to come out: a prompt longer than
several blocks of KV cache, pairs of prompts that differ in one word, answers with characters of two to four bytes.
"""

SEED = 20261121

_CARDS = ", ".join(f"card {number} {'idle' if number == 19 else 'busy'}" for number in range(24))

LESSONS = [
    (
        "Who are you?",
        "I am the proof model of rigup. You read this because driver, kernels and server work together.",
    ),
    ("Count from one to twelve.", "one two three four five six seven eight nine ten eleven twelve"),
    ("Count from twelve to one.", "twelve eleven ten nine eight seven six five four three two one"),
    ("Say hello in six languages.", "Hello, Grüß dich, olá, привет, 你好, नमस्ते 👋"),
    (f"Which card is idle? {_CARDS}.", "Card 19 is idle. All other cards are busy."),
    (f"How many cards are busy? {_CARDS}.", "Twenty-three of 24 cards are busy, one is idle."),
]

# What the model says when the share of a worker is missing.
ALARM = "A part of me is missing."

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

SPECIAL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def question(prompt: str) -> str:
    """The text that the chat template makes of one user message, up to where the answer begins."""
    return f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"
