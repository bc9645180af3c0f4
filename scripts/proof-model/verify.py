"""Checks a made model: the right answers in every number format, by how much, and what a lost part would change."""

import copy

import torch
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from losses import ALL_LOSSES, lost
from train import lesson_ids
from twin import quantized

FORMATS = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}


@torch.no_grad()
def smallest_margin(model: LlamaForCausalLM, tokenizer: Tokenizer) -> float:
    """The smallest distance, in logits, between the known next token and the best other one; negative where it is wrong.

    Feeding the known answer is enough: while every token is right, greedy decoding sees exactly these prefixes.
    """
    margins = []
    for asked, answered in lesson_ids(tokenizer):
        logits = model(torch.tensor([asked + answered])).logits[0, len(asked) - 1 : -1].float()
        known = torch.tensor(answered)
        right = logits.gather(1, known[:, None])[:, 0]
        other = logits.scatter(1, known[:, None], float("-inf")).max(dim=1).values
        margins.append((right - other).min().item())
    return min(margins)


def margins(model: LlamaForCausalLM, tokenizer: Tokenizer) -> dict[str, float]:
    """The smallest margin per number format, rounded to two decimals."""
    variants = {name: copy.deepcopy(model).to(dtype) for name, dtype in FORMATS.items()}
    variants["q8_0"] = _like_twin(model)
    return {name: round(smallest_margin(variant, tokenizer), 2) for name, variant in variants.items()}


@torch.no_grad()
def _like_twin(model: LlamaForCausalLM) -> LlamaForCausalLM:
    rounded = copy.deepcopy(model).float()
    for weight in rounded.parameters():
        if weight.ndim == 2:
            weight.copy_(torch.from_numpy(quantized(weight.numpy())))
    return rounded


@torch.no_grad()
def unnoticed_losses(model: LlamaForCausalLM, tokenizer: Tokenizer) -> list[str]:
    """The losses of a worker's share that would leave every answer right; a good proof model has none."""
    whole = copy.deepcopy(model).float()
    unnoticed = []
    for loss in ALL_LOSSES:
        with lost(whole, [loss]):
            if smallest_margin(whole, tokenizer) > 0:
                unnoticed.append(str(loss))
    return unnoticed
