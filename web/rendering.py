"""Pages from templates: one environment, escaping on, unknown names are errors."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from config import document_words
from web import charts, wording

HERE = Path(__file__).parent
STATIC = HERE / "static"
_FILTERS: dict[str, Callable[..., str]] = {
    "num": wording.number,
    "points": wording.points,
    "signed": wording.signed,
    "day": wording.day,
    "moment": wording.moment,
    "size": wording.size,
    "value": wording.value,
    "asker": wording.asker,
    "rules": wording.rules_in_words,
}


@functools.cache
def environment(language: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
        auto_reload=False,
    )
    made.filters.update(_FILTERS)
    made.globals.update(t=partial(say, language), language=language, asset=asset)
    made.globals.update(words=wording, fields=document_words, chart=charts)
    return made


def rendered(template: str, values: Mapping[str, Any], language: str) -> str:
    """One page."""
    return environment(language).get_template(template).render(values)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a page that its key decides; `values` are asked for when it is made."""

    template: str
    language: str
    key: Hashable
    values: Callable[[], Mapping[str, Any]] = field(compare=False)


def once(template: str, language: str, key: Hashable, values: Callable[[], Mapping[str, Any]]) -> Markup:
    """A part of a page, made once for everybody who sees the same: `key` names all that decides it."""
    return _made(_Part(template, language, key, values))


@functools.lru_cache(maxsize=512)
def _made(part: _Part) -> Markup:
    return Markup(rendered(part.template, part.values(), part.language))


def say(language: str, sentence: str, **values: Any) -> str:
    """`t("...")` of the templates."""
    return wording.say(sentence, language, **values)


@functools.cache
def asset(name: str) -> str:
    """The address of a static file, with a mark of its contents, so that browsers may keep it for a year."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"
