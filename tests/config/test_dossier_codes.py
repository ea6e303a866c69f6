"""Codes of dossiers in names, paths and texts."""

from __future__ import annotations

import pytest

from config.dossier_codes import dossier_code_in

FOUND = {
    "H17.12.34-250924-0005_KQ.pdf": "H17.12.34-250924-0005",
    "ho-so/000.00.25.H38-250703-0012.pdf": "000.00.25.H38-250703-0012",
    "ho-so/h17.12.34-250924-0005/ket qua.pdf": "H17.12.34-250924-0005",
    "KQ H17.12.34.05.06-250924-000005 (1).pdf": "H17.12.34.05.06-250924-000005",
    "H17.12.34-250924-0005123": None,
    "1000.00.25.H38-250703-0012": None,
    "H17.12.34_250924_0005.pdf": None,
}


@pytest.mark.parametrize("name", FOUND)
def test_a_code_is_found_whole_or_not_at_all(name: str) -> None:
    assert dossier_code_in(name) == FOUND[name]
