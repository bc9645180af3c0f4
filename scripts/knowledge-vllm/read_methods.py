"""What each quantization method asks of the card and of the dtype, read from its class."""

import ast
import zipfile

FOLDER = "vllm/model_executor/layers/quantization/"


def methods_of(wheel: zipfile.ZipFile) -> dict[str, dict]:
    """Lowest capability (75 for 7.5; null where it is computed) and activation dtypes of each method's class."""
    found: dict[str, dict] = {}
    for name in wheel.namelist():
        if not (name.startswith(FOLDER) and name.endswith(".py")):
            continue
        for node in ast.walk(ast.parse(wheel.read(name).decode())):
            if isinstance(node, ast.ClassDef):
                functions = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
                method = constant(functions.get("get_name"))
                if isinstance(method, str) and "get_min_capability" in functions:
                    found[method] = {
                        "capability": number(constant(functions["get_min_capability"])),
                        "dtypes": dtypes(functions.get("get_supported_act_dtypes")),
                    }
    return found


def constant(function: ast.FunctionDef | None):
    """What a function returns, where that is one constant."""
    returns = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)] if function else []
    only = returns[0] if len(returns) == 1 else None
    return only.value if isinstance(only, ast.Constant) else None


def number(value) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def dtypes(function: ast.FunctionDef | None) -> list[str]:
    """`torch.half` and so on, under the names that config.json uses; empty where it is computed."""
    names = {"half": "float16", "float16": "float16", "bfloat16": "bfloat16", "float": "float32", "float32": "float32"}
    returns = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)] if function else []
    if len(returns) != 1 or not isinstance(returns[0], (ast.List, ast.Tuple)):
        return []
    attributes = (element.attr for element in returns[0].elts if isinstance(element, ast.Attribute))
    return sorted({names[attribute] for attribute in attributes if attribute in names})
