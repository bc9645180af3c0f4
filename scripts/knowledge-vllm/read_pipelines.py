"""Architectures that a release cannot cut into pipeline stages, read from the sources of its models."""

import ast
import zipfile

FOLDER = "vllm/model_executor/models/"
INTERFACE = "SupportsPP"
# Drafts, embeddings and their kin are not served in stages by anybody.
TABLES = ("_TEXT_GENERATION_MODELS", "_MULTIMODAL_MODELS")


def without_pipelines(wheel: zipfile.ZipFile) -> list[str]:
    """Names of architectures whose class certainly lacks the interface; what cannot be followed is left out."""
    models = Models(wheel)
    return sorted(name for name, (module, cls) in models.served().items() if models.has_interface(module, cls) is False)


class Models:
    def __init__(self, wheel: zipfile.ZipFile) -> None:
        self.wheel = wheel
        self.names = set(wheel.namelist())
        self.modules: dict[str, ast.Module | None] = {}

    def module(self, name: str) -> ast.Module | None:
        if name not in self.modules:
            path = FOLDER + name.replace(".", "/")
            found = next((one for one in (f"{path}.py", f"{path}/__init__.py") if one in self.names), None)
            self.modules[name] = ast.parse(self.wheel.read(found).decode()) if found else None
        return self.modules[name]

    def served(self) -> dict[str, tuple[str, str]]:
        """Module and class of every architecture that generates."""
        found: dict[str, tuple[str, str]] = {}
        registry = self.module("registry")
        for node in registry.body if registry else ():
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            if not (isinstance(target, ast.Name) and target.id in TABLES and isinstance(node.value, ast.Dict)):
                continue
            for key, value in zip(node.value.keys, node.value.values):
                if isinstance(key, ast.Constant) and isinstance(value, ast.Tuple):
                    words = [item.value for item in value.elts if isinstance(item, ast.Constant)]
                    if len(words) == 2:
                        found[key.value] = (words[0], words[1])
        return found

    def has_interface(self, module: str, cls: str, seen: frozenset = frozenset()) -> bool | None:
        """Whether a class has the interface, itself or by inheritance; None where its source is not found."""
        if cls == INTERFACE:
            return True
        tree = self.module(module)
        if tree is None:
            return None
        if (module, cls) in seen:
            return False
        seen |= {(module, cls)}
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name == cls:
                bases = [name_of(base) for base in node.bases]
                return any(self.has_interface(module, base, seen) for base in bases if base) or sets_flag(node)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and any((alias.asname or alias.name) == cls for alias in node.names):
                target = imported(module, node)
                original = next(alias.name for alias in node.names if (alias.asname or alias.name) == cls)
                return False if target is None else self.has_interface(target, original, seen)
        return None


def name_of(base: ast.expr) -> str | None:
    if isinstance(base, ast.Subscript):
        return name_of(base.value)
    return base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else None


def sets_flag(node: ast.ClassDef) -> bool:
    targets = [item.target if isinstance(item, ast.AnnAssign) else item.targets[0] for item in node.body if isinstance(item, (ast.Assign, ast.AnnAssign))]
    return any(isinstance(target, ast.Name) and target.id == "supports_pp" for target in targets)


def imported(module: str, node: ast.ImportFrom) -> str | None:
    """The module of an import, below the models; None where it comes from elsewhere."""
    package = FOLDER.replace("/", ".")
    if node.level:
        parts = module.split(".")
        return ".".join([*parts[: max(0, len(parts) - node.level)], node.module or ""]).strip(".")
    return node.module.removeprefix(package) if (node.module or "").startswith(package) else None
