"""Writes the GGUF twin for llama.cpp and Ollama, with the matrices in Q8_0: the format whose kernels every backend has."""

import json
from pathlib import Path

import gguf
import numpy
import torch
from gguf import GGMLQuantizationType, GGUFWriter, TokenType
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from lessons import CHAT_TEMPLATE, SPECIAL_TOKENS
from train import CONFIG

QUANTIZATION = GGMLQuantizationType.Q8_0

_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def _twin_name(name: str) -> str:
    stem = name.removesuffix(".weight")
    if not stem.startswith("model.layers."):
        return f"{_NAMES[stem]}.weight"
    _, _, layer, part = stem.split(".", 3)
    return f"blk.{layer}.{_NAMES[part]}.weight"


def _interleaved(weight: numpy.ndarray, heads: int) -> numpy.ndarray:
    """llama.cpp rotates neighbouring channels where transformers rotates the two halves of a head."""
    half = weight.shape[0] // heads // 2
    return weight.reshape(heads, 2, half, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def quantized(weight: numpy.ndarray) -> numpy.ndarray:
    """The weight as the twin has it, in float32 again."""
    return gguf.quants.dequantize(gguf.quants.quantize(weight, QUANTIZATION), QUANTIZATION)


def write_twin(path: Path, model: LlamaForCausalLM, tokenizer: Tokenizer) -> None:
    writer = GGUFWriter(path, "llama")
    writer.add_name("rigup proof model")
    writer.add_license("Apache-2.0")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_vocab_size(CONFIG["vocab_size"])
    writer.add_context_length(CONFIG["max_position_embeddings"])
    writer.add_embedding_length(CONFIG["hidden_size"])
    writer.add_block_count(CONFIG["num_hidden_layers"])
    writer.add_feed_forward_length(CONFIG["intermediate_size"])
    writer.add_head_count(CONFIG["num_attention_heads"])
    writer.add_head_count_kv(CONFIG["num_key_value_heads"])
    writer.add_key_length(CONFIG["head_dim"])
    writer.add_value_length(CONFIG["head_dim"])
    writer.add_rope_dimension_count(CONFIG["head_dim"])
    writer.add_rope_freq_base(CONFIG["rope_theta"])
    writer.add_layer_norm_rms_eps(CONFIG["rms_norm_eps"])
    _add_tokenizer(writer, tokenizer)
    for name, tensor in model.state_dict().items():
        weight = tensor.to(torch.float32).numpy()
        if weight.ndim == 1:
            writer.add_tensor(_twin_name(name), weight)
            continue
        if "q_proj" in name or "k_proj" in name:
            weight = _interleaved(weight, CONFIG["num_attention_heads"])
        writer.add_tensor(_twin_name(name), gguf.quants.quantize(weight, QUANTIZATION), raw_dtype=QUANTIZATION)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokenizer(writer: GGUFWriter, tokenizer: Tokenizer) -> None:
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    tokens = sorted(vocabulary, key=lambda token: vocabulary[token])
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.CONTROL if token in SPECIAL_TOKENS else TokenType.NORMAL for token in tokens])
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(CONFIG["bos_token_id"])
    writer.add_eos_token_id(CONFIG["eos_token_id"])
    writer.add_pad_token_id(CONFIG["pad_token_id"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
