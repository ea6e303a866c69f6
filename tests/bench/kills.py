"""Killing this program's deeds with SIGKILL at random moments: what is torn, dangling or unaccounted for afterwards?

`./dev bench tests/bench/kills.py [RUNS] [SEED]` (default 100 runs, a few minutes); a test runs a dozen. Each run forks
a child that does one deed, kills it within the first 70 % of the time that deed takes, looks at what lies there, then
does the deed to its end. Deeds: put, take (documents), import, bundle, scrub (with damage), move (to S3), backup.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from flows.arriving import intake
from flows.arriving.intake import Sender
from flows.keeping import backing_up, log_proofs, store_care
from flows.keeping.store_care import Asker
from flows.resources import Resources, open_resources, open_store
from flows.telling.bundling import Wanted, bundle_run
from storage.bundles import verify_bundle
from storage.objects import FolderStore
from storage.objects.port import digest_of
from storage.proof import care
from tests.connectors.tables import LIST_HEADER, listed, xlsx
from tests.servers import s3_server
from tests.storage.keeping_ward import kept_ward

AT = datetime(2026, 1, 6, 18, 0, tzinfo=UTC)
ASKER = Asker("kills", AT)
SENDER = Sender("kills", "inbox", AT)
Deed = Callable[[Settings], object]


def put(ward: Settings) -> None:
    """Two hundred objects, each recorded as an upload does it."""
    chance = random.Random(1)
    inbox = ward.inbox_folder / ward.unit / "khac"
    inbox.mkdir(parents=True, exist_ok=True)
    for number in range(200):
        path = inbox / f"{number}.pdf"
        if not path.exists():
            path.write_bytes(chance.randbytes(chance.randint(0, 60_000)))
    with open_resources(ward) as resources:
        resources.store.sweep()
        intake.take_documents(resources, SENDER)


def import_exports(ward: Settings) -> None:
    """Three exports of 150 dossiers."""
    for number in range(3):
        path = ward.exports_folder / f"ho-so-{number}.xlsx"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            xlsx(path, [LIST_HEADER, *(listed(number * 150 + row) for row in range(1, 151))])
    with open_resources(ward) as resources:
        resources.store.sweep()
        intake.pull_exports(resources, SENDER)


def bundle(ward: Settings) -> None:
    """The bundle of the ward's run."""
    bundle_run(ward, Wanted(allow_partial=True), output=ward.home / "b.zip", at=AT)


def scrub(ward: Settings) -> None:
    """Every object again, with one that rotted and one that is gone; a second copy mends them."""
    store = FolderStore(ward.home / "objects")
    with open_resources(ward) as resources:
        store_care.copy_to_mirror(resources)
    first, second = list(store)[:2]
    store.path_of(first).chmod(0o600)
    store.path_of(first).write_bytes(b"rotten")
    store.path_of(second).unlink(missing_ok=True)
    store_care.scrub_store(ward, ASKER)


def move(ward: Settings) -> None:
    """The whole store to S3."""
    store_care.move_store(ward, "s3", ASKER)


def backup(ward: Settings) -> None:
    """The whole ward into a folder."""
    backing_up.backup(ward, ward.home / "backup", at=AT)


DEEDS: tuple[Deed, ...] = (put, import_exports, bundle, scrub, move, backup)


def main(runs: int, seed: int) -> Counter[str]:
    """Kill and look, `runs` times; how many of which deed."""
    chance, done = random.Random(seed), Counter[str]()
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (root / "s3").mkdir()
        endpoint = stack.enter_context(s3_server(root / "s3"))
        template = prepared(root / "template", endpoint)
        seconds = {deed.__name__: duration(deed, template, root) for deed in DEEDS}
        for number in range(runs):
            deed = DEEDS[number % len(DEEDS)]
            ward = copied(template, root / f"{number}", number)
            killed = kill_once(deed, ward, chance.uniform(0.0, seconds[deed.__name__] * 0.7))
            done[f"{deed.__name__} {'killed' if killed else 'ended'}"] += 1
            look(ward, ended=False)
            assert not kill_once(deed, ward, None)
            look(ward, ended=True)
            shutil.rmtree(ward.home.parent)
    return done


def prepared(folder: Path, endpoint: str) -> Settings:
    """The ward that every run copies."""
    address = {"s3_endpoint": endpoint, "s3_access_key": "testkey", "s3_secret_key": "testsecret123"}
    return kept_ward(folder / "ward", mirror=folder / "mirror", s3_secure=False, s3_lock_days=0, **address)


def copied(template: Settings, folder: Path, number: int) -> Settings:
    """A ward of its own, with a bucket of its own."""
    shutil.copytree(template.home.parent, folder)
    own = {"home": folder / "ward", "mirror": folder / "mirror", "s3_bucket": f"kills-{number}-{os.getpid()}"}
    return template.model_copy(update=own)


def duration(deed: Deed, template: Settings, root: Path) -> float:
    """Seconds that an undisturbed run takes."""
    ward = copied(template, root / f"first-{deed.__name__}", 10_000 + DEEDS.index(deed))
    began = time.monotonic()
    assert not kill_once(deed, ward, None)
    return time.monotonic() - began


def kill_once(deed: Deed, ward: Settings, after: float | None) -> bool:
    """Do the deed in a child, which is killed after so many seconds (None: never); whether it was still at it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            deed(ward)
            code = 0
        finally:
            os._exit(code)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, f"{deed.__name__} failed"
    return os.WIFSIGNALED(status)


_EMPTY = hashlib.sha256(b"").hexdigest()


def look(ward: Settings, *, ended: bool) -> None:
    """No torn object, no reference without object; after the end nothing unaccounted for, and the log is whole."""
    with open_resources(ward) as resources:
        with resources.database.read() as connection:
            known = {sha256 for sha256, _ in care.objects_after(connection, "")}
            damaged = {damage.sha256 for damage in care.open_damages(connection)}
        spoilt = spoilt_on_purpose(resources)
        torn = {sha256 for sha256 in resources.store if not sound(resources, sha256)} - spoilt
        assert not torn, f"torn: {torn}"
        assert known - set(resources.store) <= spoilt | damaged, "a reference without object"
        if ended:
            assert not damaged and not spoilt
            resources.store.sweep()
            assert set(resources.store) == known, "an object unaccounted for"
    told = log_proofs.verify_log(ward)
    assert told["ok"], told["faults"]
    look_outside(ward)


def spoilt_on_purpose(resources: Resources) -> set[str]:
    """What the scrub deed hurt before it was killed; a file that was killed before its first byte is kept as empty."""
    found = set()
    with resources.database.read() as connection:
        for sha256, _ in care.objects_after(connection, ""):
            path = FolderStore(resources.settings.home / "objects").path_of(sha256)
            if not path.exists() or (path.read_bytes() in (b"", b"rotten") and sha256 != _EMPTY):
                found.add(sha256)
    return found


def look_outside(ward: Settings) -> None:
    """A bundle is whole or not there; so is every object of the other store, the mirror and the backup."""
    if (ward.home / "b.zip").exists():
        assert verify_bundle(ward.home / "b.zip").ok
    for root in (ward.mirror, ward.home / "backup" / "objects"):
        if root is not None and root.exists():
            store = FolderStore(root)
            for sha256 in store:
                with store.open(sha256) as stream:
                    assert digest_of(stream)[0] == sha256, f"torn in {root}"
    other = open_store(ward, "s3")
    for sha256 in other:
        with other.open(sha256) as stream:
            assert digest_of(io.BytesIO(stream.read()))[0] == sha256, "torn on S3"


def sound(resources: Resources, sha256: str) -> bool:
    """Whether an object holds what its name says."""
    with resources.store.open(sha256) as stream:
        return digest_of(stream)[0] == sha256


if __name__ == "__main__":
    began = time.monotonic()
    counts = main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    killed = sum(count for name, count in counts.items() if name.endswith("killed"))
    print(f"{killed} of {sum(counts.values())} runs killed in the middle, {time.monotonic() - began:.0f} s: ", end="")
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    print(
        "no torn object, no reference without object, no object unaccounted for; every log proved, every bundle whole"
    )
