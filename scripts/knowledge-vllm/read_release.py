"""Reads one vLLM wheel and prints, as JSON, what that release knows. Sources are parsed with ast and never imported.

usage: python3 read_release.py WHEEL
"""

import ast
import json
import re
import sys
import zipfile
from email.parser import Parser

from read_flags import flags_of
from read_kernels import capabilities_of, cuda_major_of
from read_methods import methods_of
from read_pipelines import without_pipelines


def module_of(wheel: zipfile.ZipFile, name: str) -> ast.Module | None:
    try:
        return ast.parse(wheel.read(name).decode())
    except KeyError:
        return None


def assignments(module: ast.Module):
    """Name and value of every assignment at the top of a module, plain or annotated."""
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def strings(nodes) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def variables_of(wheel: zipfile.ZipFile) -> list[str]:
    module = module_of(wheel, "vllm/envs.py")
    for name, value in assignments(module) if module else ():
        if name == "environment_variables" and isinstance(value, ast.Dict):
            return strings(value.keys)
    return []


def quantization_of(wheel: zipfile.ZipFile) -> dict[str, list[str]]:
    """Method names: a dictionary (0.6), a list, or a Literal of names, whichever the release has."""
    module = module_of(wheel, "vllm/model_executor/layers/quantization/__init__.py")
    found: dict[str, list[str]] = {"methods": [], "deprecated": []}
    for name, value in assignments(module) if module else ():
        names: list[str] = []
        if isinstance(value, ast.Dict):
            names = strings(value.keys)
        elif isinstance(value, (ast.List, ast.Tuple)):
            names = strings(value.elts)
        elif isinstance(value, ast.Subscript):
            names = strings(value.slice.elts if isinstance(value.slice, ast.Tuple) else [value.slice])
        if name in ("QUANTIZATION_METHODS", "QuantizationMethods") and names:
            found["methods"] = names
        elif name == "DEPRECATED_QUANTIZATION_METHODS":
            found["deprecated"] = names
    return found


def architectures_of(wheel: zipfile.ZipFile) -> list[str]:
    module = module_of(wheel, "vllm/model_executor/models/registry.py")
    if module is None:
        module = module_of(wheel, "vllm/model_executor/models/__init__.py")
    names: set[str] = set()
    for name, value in assignments(module) if module else ():
        gone = name in ("_PREVIOUSLY_SUPPORTED_MODELS", "_OOT_SUPPORTED_MODELS")
        if name.endswith("_MODELS") and not gone and isinstance(value, ast.Dict):
            names.update(strings(key for key in value.keys if key is not None))
    return sorted(names)


def requirements_of(wheel: zipfile.ZipFile) -> dict[str, str | None]:
    metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    message = Parser().parsestr(wheel.read(metadata).decode())
    # Requirements without a marker are the ones that everybody gets.
    plain = [line for line in message.get_all("Requires-Dist", []) if ";" not in line]

    def of(package: str) -> str | None:
        for line in plain:
            match = re.fullmatch(rf"{package}(?:\[[^]]*\])?\s*\(?([^)]*)\)?", line, re.IGNORECASE)
            if match:
                return match[1].replace(" ", "")
        return None

    return {"python": message["Requires-Python"], "torch": of("torch"), "transformers": of("transformers")}


def built_on(wheel: zipfile.ZipFile) -> str:
    """The day on which the wheel was packed: the newest date in the archive."""
    year, month, day, *_ = max(member.date_time for member in wheel.infolist())
    return f"{year:04}-{month:02}-{day:02}"


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        quantization = quantization_of(wheel)
        print(
            json.dumps(
                {
                    "built": built_on(wheel),
                    "requirements": requirements_of(wheel),
                    "cuda": cuda_major_of(wheel),
                    "capabilities": capabilities_of(wheel),
                    "flags": flags_of(wheel),
                    "variables": sorted(variables_of(wheel)),
                    "quantization": sorted(quantization["methods"]),
                    "deprecatedQuantization": sorted(quantization["deprecated"]),
                    "architectures": architectures_of(wheel),
                    "withoutPipelines": without_pipelines(wheel),
                    "methods": methods_of(wheel),
                }
            )
        )


if __name__ == "__main__":
    main()
