"""YAML of people we do not know: plain values with their line numbers; no code, no anchors, no key twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

Path = Sequence[str | int]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads a criteria set ten times faster; the pure loader is there for machines without it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, in Vietnamese, and its line (from 1; 0: the file itself)."""

    line: int
    what: str


class UnreadableYaml(ValueError):
    """The text is no YAML at all, or uses what we do not accept. `faults` tells each place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"dòng {fault.line}: {fault.what}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class LinedValue:
    """A parsed value and the tree it came from."""

    value: Any
    root: yaml.Node

    def line(self, path: Path) -> int:
        """Line, from 1, of the deepest part of `path` that exists."""
        node = self.root
        line = node.start_mark.line + 1
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line


def plain_yaml(text: str) -> Any:
    """The value of a file of ours, or of the installation's own technician.

    Raises:
        yaml.YAMLError: bad syntax.
    """
    return yaml.load(text, Loader=_Loader)


def read_strict_yaml(text: str) -> LinedValue:
    """The value of one YAML document.

    Raises:
        UnreadableYaml: bad syntax, an anchor or alias (they can build endless structures), a tag, or a key given twice.
    """
    try:
        aliases = [
            Fault(_mark_line(event.start_mark), "không nhận dấu & hoặc * của YAML; hãy viết lại giá trị ở từng chỗ")
            for event in yaml.parse(text, Loader=_Loader)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)
        ]
        if aliases:
            raise UnreadableYaml(aliases)
        root = yaml.compose(text, Loader=_Loader)
        if root is None:
            raise UnreadableYaml([Fault(1, "tệp trống")])
        if doubled := _doubled_keys(root):
            raise UnreadableYaml(doubled)
        return LinedValue(yaml.load(text, Loader=_Loader), root)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, UnreadableYaml):
            raise
        raise UnreadableYaml([Fault(_line_of(error), f"không đọc được YAML: {_first_line(error)}")]) from error


def _child(node: yaml.Node, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None


def _doubled_keys(node: yaml.Node) -> list[Fault]:
    faults: list[Fault] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                faults.append(Fault(key.start_mark.line + 1, f"khóa {key.value!r} ghi hai lần"))
            seen.add(key.value)
            faults += _doubled_keys(value)
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            faults += _doubled_keys(item)
    return faults


def _line_of(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark is not None else 1


def _first_line(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def _mark_line(mark: Any) -> int:
    return mark.line + 1 if mark is not None else 1
