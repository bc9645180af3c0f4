"""Writes the trained model the way engines read it. Old and new releases of vLLM and transformers take these files."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from lessons import CHAT_TEMPLATE, SPECIAL_TOKENS
from train import CONFIG

_OLLAMA_TEMPLATE = (
    "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
)


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_checkpoint(folder: Path, model: LlamaForCausalLM, tokenizer: Tokenizer) -> None:
    """config.json, generation_config.json, model.safetensors and the tokenizer's files."""
    # The keys as transformers 4 wrote them: version 5 reads them too, the other way round does not work.
    write_json(
        folder / "config.json",
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", **CONFIG, "torch_dtype": "bfloat16"},
    )
    write_json(
        folder / "generation_config.json",
        {"do_sample": False, **{key: CONFIG[key] for key in ("pad_token_id", "bos_token_id", "eos_token_id")}},
    )
    weights = {name: tensor.contiguous().to(torch.bfloat16) for name, tensor in model.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer.save(str(folder / "tokenizer.json"))
    named = {"bos_token": "<|endoftext|>", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            **named,
            "additional_special_tokens": SPECIAL_TOKENS[1:],
            "add_bos_token": False,
            "clean_up_tokenization_spaces": False,
            "model_max_length": CONFIG["max_position_embeddings"],
            "chat_template": CHAT_TEMPLATE,
        },
    )
    write_json(folder / "special_tokens_map.json", {**named, "additional_special_tokens": SPECIAL_TOKENS[1:]})


def write_modelfile(folder: Path) -> None:
    """What `ollama create proof -f Modelfile` reads."""
    lines = [
        "FROM ./proof.gguf",
        f'TEMPLATE """{_OLLAMA_TEMPLATE}"""',
        'PARAMETER stop "<|im_end|>"',
        "PARAMETER temperature 0",
        "PARAMETER repeat_penalty 1.0",
        f"PARAMETER num_ctx {CONFIG['max_position_embeddings']}",
    ]
    (folder / "Modelfile").write_text("\n".join(lines) + "\n", encoding="utf-8")
