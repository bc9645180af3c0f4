"""Flags of `vllm serve`, read from the sources of a wheel."""

import ast
import zipfile

ENGINE = "vllm/engine/arg_utils.py"


def flags_of(wheel: zipfile.ZipFile) -> list[str]:
    """Every long flag, with the `--no-` form of those that have one."""
    names = wheel.namelist()
    configs = [name for name in names if name == "vllm/config.py" or name.startswith("vllm/config/")]
    classes = Classes(ast.parse(wheel.read(name).decode()) for name in configs if name.endswith(".py"))
    flags: set[str] = set()
    for name in names:
        if name == ENGINE or (name.startswith("vllm/entrypoints/") and name.endswith("/cli_args.py")):
            module = ast.parse(wheel.read(name).decode())
            classes.add(module)
            flags |= declared(module, classes)
            flags |= frontend(module)
        elif name == "vllm/entrypoints/cli/serve.py":
            flags |= declared(ast.parse(wheel.read(name).decode()), classes)
        elif name == "vllm/scripts.py":
            flags |= declared(ast.parse(wheel.read(name).decode()), classes, receiver="serve_parser")
    return sorted(flags)


class Classes:
    """Annotations of the fields of the configuration classes, with those of their bases."""

    def __init__(self, modules) -> None:
        self.fields: dict[str, dict[str, ast.expr]] = {}
        self.bases: dict[str, list[str]] = {}
        for module in modules:
            self.add(module)

    def add(self, module: ast.Module) -> None:
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                self.bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
                self.fields[node.name] = {
                    item.target.id: item.annotation
                    for item in node.body
                    if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
                }

    def annotation(self, owner: str, field: str) -> ast.expr | None:
        if field in self.fields.get(owner, {}):
            return self.fields[owner][field]
        found = (self.annotation(base, field) for base in self.bases.get(owner, []) if base != owner)
        return next((annotation for annotation in found if annotation is not None), None)


def is_switch(annotation: ast.expr | None) -> bool:
    """True where the annotation makes argparse offer `--name` and `--no-name`: bool, but not `bool | str | None`."""
    if annotation is None:
        return False
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    return "bool" in names and "str" not in names


def declared(module: ast.Module, classes: Classes, receiver: str | None = None) -> set[str]:
    """Flags of the calls of add_argument with literal names."""
    owners = keyword_owners(module)
    flags: set[str] = set()
    for call in ast.walk(module):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument"):
            continue
        if receiver is not None and not (isinstance(call.func.value, ast.Name) and call.func.value.id == receiver):
            continue
        names = [
            argument.value
            for argument in call.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value.startswith("--")
        ]
        flags.update(names)
        if any(negatable(keyword, owners, classes) for keyword in call.keywords):
            flags.update(negated(name) for name in names)
    return flags


def keyword_owners(module: ast.Module) -> dict[str, tuple[str, str | None]]:
    """`x = get_kwargs(Cls)` and `x = get_kwargs(Cls)["field"]`: which class (and field) a variable of keywords stands for."""
    owners: dict[str, tuple[str, str | None]] = {}
    for node in ast.walk(module):
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            continue
        value, field = node.value, None
        if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
            value, field = value.value, str(value.slice.value)
        called = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "get_kwargs"
        if called and value.args and isinstance(value.args[0], ast.Name):
            owners[node.targets[0].id] = (value.args[0].id, field)
    return owners


def negatable(keyword: ast.keyword, owners: dict[str, tuple[str, str | None]], classes: Classes) -> bool:
    if keyword.arg == "action":
        return getattr(keyword.value, "attr", getattr(keyword.value, "id", "")) == "BooleanOptionalAction"
    if keyword.arg is not None:
        return False
    # **model_kwargs["field"], **field_kwargs, and the same inside **{**model_kwargs["field"], "default": None}
    for node in ast.walk(keyword.value):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
            owner, _ = owners.get(node.value.id, (None, None))
            if owner and is_switch(classes.annotation(owner, str(node.slice.value))):
                return True
        elif isinstance(node, ast.Name) and node.id in owners:
            owner, field = owners[node.id]
            if field and is_switch(classes.annotation(owner, field)):
                return True
    return False


def frontend(module: ast.Module) -> set[str]:
    """Flags that are the fields of the front end's dataclasses."""
    flags: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and node.name.endswith("FrontendArgs"):
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    flag = "--" + item.target.id.replace("_", "-")
                    flags.add(flag)
                    if is_switch(item.annotation):
                        flags.add(negated(flag))
    return flags


def negated(flag: str) -> str:
    return "--no-" + flag.removeprefix("--")
