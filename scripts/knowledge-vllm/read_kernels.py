"""What the compiled parts of a wheel were built for: CUDA's major version and compute capabilities."""

import re
import struct
import zipfile

# A fat binary is a header (magic, version, header size, size of the entries) and entries of which each says its kind
# (1: PTX, 2: machine code), its own header size, its size, and the architecture it is for (75, 80, ...).
FAT_BINARY = struct.Struct("<IHHQ")
MAGIC = 0xBA55ED50
ENTRY = struct.Struct("<HHIQIIHHI")
MACHINE_CODE = 2


def kernels(wheel: zipfile.ZipFile) -> list[str]:
    """vLLM's own core kernels, without those for one generation only (FlashAttention, FlashMLA, ...)."""
    return [name for name in wheel.namelist() if re.fullmatch(r"vllm/_C(_stable_libtorch)?\.abi3\.so", name)]


def cuda_major_of(wheel: zipfile.ZipFile) -> int | None:
    majors = {int(major) for name in kernels(wheel) for major in re.findall(rb"libcudart\.so\.(\d+)", wheel.read(name))}
    return max(majors, default=None)


def capabilities_of(wheel: zipfile.ZipFile) -> list[str]:
    """Capabilities that have machine code in the wheel: `["7.5", "8.0", ...]`."""
    found: set[int] = set()
    for name in kernels(wheel):
        found |= architectures(wheel.read(name))
    return [f"{architecture // 10}.{architecture % 10}" for architecture in sorted(found)]


def architectures(data: bytes) -> set[int]:
    found: set[int] = set()
    magic = struct.pack("<I", MAGIC)
    start = data.find(magic)
    while start != -1:
        _, _, header_size, size = FAT_BINARY.unpack_from(data, start)
        entry, end = start + header_size, min(start + header_size + size, len(data) - ENTRY.size)
        while entry < end:
            kind, _, entry_header, entry_size, *_, architecture = ENTRY.unpack_from(data, entry)
            if entry_header == 0:
                break
            if kind == MACHINE_CODE:
                found.add(architecture)
            entry += entry_header + entry_size
        start = data.find(magic, start + 1)
    return found
