"""The engine runs on a bare Python from any folder: standard library alone, imports only inside itself."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

from scoring.engine.facts import Facts, from_plain, to_plain
from tests.scoring.wards import CALENDAR, CRITERIA, declared, dossiers, evidence, petition, scored

ENGINE = Path(__file__).parents[2] / "scoring" / "engine"
RECOMPUTE = """
import json, sys
sys.path.insert(0, {folder!r})
from datetime import date
from travelled.facts import Facts, from_plain
from travelled.score import score
given = json.load(open({given!r}, encoding="utf-8"))
found = score(given["criteria"], from_plain(Facts, given["facts"]), given["calendar"], unit="hoi-an-dong",
              period="2025", as_of=date(2025, 12, 31), on_time_rule="bcth_date")
foreign = [n for n, m in sys.modules.items() if "site-packages" in (getattr(m, "__file__", None) or "")]
print(json.dumps([found.plain(), foreign]))
"""
WARD = Facts(
    dossiers=dossiers(200, 3, channel="online", synced=True),
    petitions=(petition(1), petition(2, about="conduct", confirmed=True)),
    declared=declared("1.1.2", tasks_done=18, tasks_planned=20) + declared("1.7.1", improvement_plan_issued=True),
    evidence=(evidence("1.1.2"),),
    known=("dossiers", "petitions"),
)


def test_a_copied_engine_recomputes_the_same_score_on_a_bare_python(tmp_path: Path) -> None:
    shutil.copytree(ENGINE, tmp_path / "travelled", ignore=shutil.ignore_patterns("__pycache__"))
    given = tmp_path / "given.json"
    given.write_text(
        json.dumps({"criteria": CRITERIA, "calendar": CALENDAR, "facts": to_plain(WARD)}), encoding="utf-8"
    )

    program = RECOMPUTE.format(folder=str(tmp_path), given=str(given))
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [scored(WARD), []]


def test_facts_survive_the_way_through_json() -> None:
    assert from_plain(Facts, json.loads(json.dumps(to_plain(WARD)))) == WARD


def test_the_engine_imports_only_the_standard_library_and_itself() -> None:
    for file in ENGINE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names, f"{file.name}: {name}"


def test_the_engine_reads_no_clock_no_chance_and_evaluates_no_code() -> None:
    forbidden = {"now", "today", "random", "eval", "exec", "open", "getenv", "environ"}
    for file in ENGINE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            assert name not in forbidden, f"{file.name}:{getattr(node, 'lineno', 0)}: {name}"
