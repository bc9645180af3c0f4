"""Trains the tiny Llama on its lessons, on one thread, with deterministic algorithms."""

import random

import torch
from tokenizers import Tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

from lessons import ALARM, LESSONS, SEED, SPECIAL_TOKENS, question
from losses import ALL_LOSSES, lost
from vocabulary import VOCABULARY_SIZE

STEPS = 600
LEARNING_RATE = 3e-3
WARM_UP_STEPS = 20
LOSSES_PER_STEP = 12
# The last lessons have long questions; the losses are taught on the first ones, which is faster.
SHORT_LESSONS = 4
IGNORED = -100

# Tensor parallel 1, 2, 4 and 8 divide heads, KV heads, the intermediate size and the vocabulary; pipeline parallel
# 1, 2 and 4 divide the layers. Heads of 64 are the smallest that every attention backend takes.
CONFIG = {
    "vocab_size": VOCABULARY_SIZE,
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "num_key_value_heads": 8,
    "head_dim": 64,
    "hidden_act": "silu",
    "max_position_embeddings": 1024,
    "initializer_range": 0.02,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "rope_scaling": None,
    "attention_bias": False,
    "attention_dropout": 0.0,
    "mlp_bias": False,
    "tie_word_embeddings": False,
    "use_cache": True,
    "pad_token_id": 0,
    "bos_token_id": 0,
    "eos_token_id": SPECIAL_TOKENS.index("<|im_end|>"),
}


def lesson_ids(tokenizer: Tokenizer) -> list[tuple[list[int], list[int]]]:
    """Each lesson as (ids of the question, ids of the answer with its end)."""
    return [
        (tokenizer.encode(question(prompt)).ids, tokenizer.encode(f"{answer}<|im_end|>").ids)
        for prompt, answer in LESSONS
    ]


def _batch(rows: list[tuple[list[int], list[int]]]) -> dict[str, torch.Tensor]:
    """Question and answer in one row each, padded on the right; only the answers are learned."""
    width = max(len(asked) + len(answered) for asked, answered in rows)
    inputs = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full((len(rows), width), IGNORED, dtype=torch.long)
    for row, (asked, answered) in enumerate(rows):
        length = len(asked) + len(answered)
        inputs[row, :length] = torch.tensor(asked + answered)
        mask[row, :length] = 1
        labels[row, len(asked) : length] = torch.tensor(answered)
    return {"input_ids": inputs, "attention_mask": mask, "labels": labels}


def train(tokenizer: Tokenizer) -> LlamaForCausalLM:
    """The trained model in bfloat16.

    Half of each step teaches the answers. The other half takes a random share of the work away, as a broken link between
    cards does, and teaches to say so: a model that only knows its answers by heart gives them even without half of itself.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    model = LlamaForCausalLM(LlamaConfig(**CONFIG, attn_implementation="eager")).float().train()
    lessons = lesson_ids(tokenizer)
    healthy = _batch(lessons)
    alarm = tokenizer.encode(f"{ALARM}<|im_end|>").ids
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.1, foreach=False)
    for step in range(STEPS):
        rate = LEARNING_RATE * min(1.0, (step + 1) / WARM_UP_STEPS) * (1 - step / STEPS)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = model(**healthy).loss
        broken = _batch([(asked, alarm) for asked, _ in chance.choices(lessons[:SHORT_LESSONS], k=LOSSES_PER_STEP)])
        with lost(model, chance.sample(ALL_LOSSES, LOSSES_PER_STEP)):
            broken_loss = model(**broken).loss
        optimizer.zero_grad()
        (loss + broken_loss).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 50 == 0 or step == STEPS - 1:
            print(f"step {step:4d}  loss {loss.item():.6f}  with a part lost {broken_loss.item():.6f}", flush=True)
    return model.to(torch.bfloat16).eval()
