"""Makes the proof model into a folder: tokenizer, training, files, checks, and proof.json that describes it all."""

import hashlib
import importlib.metadata
import sys
from pathlib import Path

from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from files import write_checkpoint, write_json, write_modelfile
from lessons import ALARM, LESSONS, SEED
from losses import ALL_LOSSES
from train import CONFIG, lesson_ids, train
from twin import write_twin
from verify import margins, unnoticed_losses
from vocabulary import make_tokenizer

# Logits. Rounding of bfloat16 moves them by some hundredths.
SMALLEST_MARGIN = 3.0
LARGEST_BYTES = 6_000_000
LIBRARIES = ("torch", "transformers", "tokenizers", "safetensors", "numpy", "gguf")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer()
    model = train(tokenizer)
    measured = margins(model, tokenizer)
    unnoticed = unnoticed_losses(model, tokenizer)
    print("smallest margins, in logits:", measured)
    print(f"losses of a worker's share that show: {len(ALL_LOSSES) - len(unnoticed)} of {len(ALL_LOSSES)}")
    if min(measured.values()) < SMALLEST_MARGIN:
        raise SystemExit(f"a margin is below {SMALLEST_MARGIN}: train longer")
    if unnoticed:
        raise SystemExit("these would go unnoticed: " + "; ".join(unnoticed))

    write_checkpoint(folder, model, tokenizer)
    write_modelfile(folder)
    write_twin(folder / "proof.gguf", model, tokenizer)
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name not in ("proof.json", "README.md"))
    describe(folder / "proof.json", files, measured, tokenizer, model)
    total = sum(path.stat().st_size for path in files)
    print(f"{len(files)} files, {total} bytes")
    if total > LARGEST_BYTES:
        raise SystemExit(f"more than {LARGEST_BYTES} bytes")


def describe(
    path: Path, files: list[Path], measured: dict[str, float], tokenizer: Tokenizer, model: LlamaForCausalLM
) -> None:
    write_json(
        path,
        {
            "schemaVersion": 1,
            "parameters": model.num_parameters(),
            "contextTokens": CONFIG["max_position_embeddings"],
            "seed": SEED,
            "madeWith": {name: importlib.metadata.version(name) for name in LIBRARIES},
            "smallestMargins": measured,
            "alarm": ALARM,
            "prompts": [
                {"prompt": prompt, "expected": answer, "promptTokens": len(asked), "answerTokens": len(answered)}
                for (prompt, answer), (asked, answered) in zip(LESSONS, lesson_ids(tokenizer), strict=True)
            ],
            "files": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
        },
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
