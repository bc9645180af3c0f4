"""What a worker of a parallel engine may lose on the way: its share of every sum over the links (all-reduce)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from transformers import LlamaForCausalLM

WORKER_COUNTS = (2, 4, 8)
PARTS = ("attention", "feed-forward", "both")


@dataclass(frozen=True)
class Loss:
    """The share of one worker is lost, or only the share of one worker arrives."""

    part: str
    worker: int
    workers: int
    alone: bool

    def __str__(self) -> str:
        return f"{self.part}: {'only' if self.alone else 'without'} worker {self.worker + 1} of {self.workers}"

    def mask(self, width: int, part: str) -> torch.Tensor:
        """1 where a channel arrives, 0 where it is lost; shape (width,)."""
        arrives = torch.ones(width)
        if self.part in (part, "both"):
            share = arrives.tensor_split(self.workers)[self.worker]
            if self.alone:
                arrives.zero_()
                share.fill_(1)
            else:
                share.zero_()
        return arrives


ALL_LOSSES = [
    Loss(part, worker, workers, alone)
    for workers in WORKER_COUNTS
    for worker in range(workers)
    for part in PARTS
    # Of two workers, to lose one is to have only the other.
    for alone in ((False, True) if workers > 2 else (False,))
]


@contextmanager
def lost(model: LlamaForCausalLM, losses: list[Loss]) -> Iterator[None]:
    """Runs the model with the losses in every layer: one for each row of the batch."""
    handles = []
    for layer in model.model.layers:
        for part, projection in (("attention", layer.self_attn.o_proj), ("feed-forward", layer.mlp.down_proj)):
            masks = torch.stack([loss.mask(projection.in_features, part) for loss in losses])[:, None]

            def cut(_module, inputs, masks=masks):
                return (inputs[0] * masks.to(inputs[0].dtype),)

            handles.append(projection.register_forward_pre_hook(cut))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
