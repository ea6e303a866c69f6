"""What keeping and proving evidence costs, against the plain tools in the same run.

`./dev bench tests/bench/evidence.py` takes about two minutes and 12 GB of disk in the temporary folder; with the
argument `small` about 40 seconds. Every figure comes from a fresh process, so that its peak memory is its own. The
machine is shared and noisy: quote the ratios, not the seconds.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from minio import Minio

from config.settings import Settings
from flows.keeping.log_proofs import publish_checkpoint, verify_log
from flows.resources import open_resources
from storage.bundles import BundledFile, verify_bundle, write_bundle
from storage.objects import FolderStore, S3Store
from storage.proof.custody import Happening, append
from tests.servers import SECRET, s3_address, s3_server
from tests.storage.bundles import ward as bundles
from tests.storage.bundles.ward import ward_contents

SMALL_FILE = 100_000
LARGE_FILE = 50 << 20
Cost = tuple[float, float, int]
"""Seconds, seconds of processor time, peak MiB."""
EVENTS = 100_000


def main(size: str) -> None:
    files, large = (500, 20) if size == "small" else (5_000, 102)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        puts = measured("raw_puts", home, files), measured("folder_puts", home, files)
        report("put into the folder store", puts, "raw write + fsync", goal="at most 1.25 times")
        with s3_server(home) as endpoint:
            os.environ["BENCH_S3"] = endpoint
            report("put into S3, by one", best("s3_raw", "s3_puts", home, files // 10), "raw client", goal="1.11 times")
        measured("warm", home, files)
        report(f"bundle of {files} files", best("zip_0", "bundle", home, files), "zip -0", goal="at most 1.5 times")
        report("verify it", best("sha256sum", "verify", home, files), "sha256sum", goal="at most 2 times")
        measured("big_files", home, large)
        big = [measured("big_bundle", home, large), measured("big_verify", home, large)]
        gigabytes = large * LARGE_FILE / 1e9
        print(f"bundle of {gigabytes:.1f} GB: {big[0][0]:.1f} s, {big[0][2]} MiB of memory (goal: under 150); ", end="")
        print(f"verified in {big[1][0]:.1f} s, {big[1][2]} MiB")
        chain = measured("custody_log", home, EVENTS)
        print(f"{EVENTS} custody events appended, signed, proved: {chain[0]:.1f} s, {chain[2]} MiB")
        log = measured("long_log", home, EVENTS)
        print(f"bundle with {EVENTS} custody events written and verified: {log[0]:.1f} s, {log[2]} MiB")


def best(theirs: str, ours: str, home: Path, count: int) -> tuple[Cost, Cost]:
    """The quickest of three runs each, taken in turns, since other work comes and goes on the machine."""
    runs = [(measured(theirs, home, count), measured(ours, home, count)) for _ in range(3)]
    return min(run[0] for run in runs), min(run[1] for run in runs)


def report(what: str, pair: tuple[Cost, Cost], against: str, *, goal: str) -> None:
    (theirs, their_work, _), (ours, work, memory) = pair
    print(f"{what}: {ours:.2f} s, {against} {theirs:.2f} s: {ours / theirs:.2f} times (goal: {goal}); ", end="")
    print(f"processor {work:.2f} s against {their_work:.2f} s: {work / their_work:.2f} times; {memory} MiB", flush=True)


def measured(step: str, home: Path, count: int) -> Cost:
    """Seconds and peak MiB of one step in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.evidence", step, str(home), str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": "."})
    seconds, work, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, work, memory


def content(number: int) -> bytes:
    """Bytes that no tool can shrink or merge."""
    return (number.to_bytes(8, "big") + hashlib.sha512(str(number).encode()).digest()) * (SMALL_FILE // 72)


Spent = tuple[float, float]
"""Seconds, seconds of processor time."""


def spent_on(deed: Callable[[], object]) -> Spent:
    began, worked = time.perf_counter(), processor_seconds()
    deed()
    return time.perf_counter() - began, processor_seconds() - worked


def processor_seconds() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def raw_puts(home: Path, count: int) -> Spent:
    folder = home / "raw"
    folder.mkdir()

    def put_all() -> None:
        for number in range(count):
            with (folder / f"{number:05d}.pdf").open("wb") as stream:
                stream.write(content(number))
                stream.flush()
                os.fsync(stream.fileno())

    return spent_on(put_all)


def folder_puts(home: Path, count: int) -> Spent:
    store = FolderStore(home / "objects")

    def put_all() -> None:
        for _ in store.put_all(partial(io.BytesIO, content(number)) for number in range(count)):
            pass

    return spent_on(put_all)


def s3_raw(_: Path, count: int) -> Spent:
    """The client's own put of the same bytes, under a name that is known beforehand."""
    bucket = f"raw-{os.getpid()}"
    store = S3Store(s3_address(os.environ["BENCH_S3"], bucket))
    store.create_bucket()
    client = Minio(store.address.endpoint, access_key="testkey", secret_key=SECRET, secure=False, region="us-east-1")

    def put_all() -> None:
        for number in range(count):
            data = content(number)
            client.put_object(bucket_name=bucket, object_name=f"{number}", data=io.BytesIO(data), length=len(data))

    return spent_on(put_all)


def s3_puts(_: Path, count: int) -> Spent:
    """Ours: hashed, with checksum, refused where the name is taken, locked."""
    store = S3Store(replace(s3_address(os.environ["BENCH_S3"], f"ours-{os.getpid()}"), lock_days=1))
    store.create_bucket()

    def put_all() -> None:
        for number in range(count):
            store.put(io.BytesIO(content(number)))

    return spent_on(put_all)


def custody_log(home: Path, count: int) -> Spent:
    """Events in a database, a checkpoint every tenth of them, then all of it checked against the first one."""
    settings = Settings(home=home / "ward")
    at = datetime(2026, 1, 5, 18, tzinfo=UTC)

    def prove() -> None:
        notes = []
        with open_resources(settings) as resources:
            for start in range(0, count, count // 10):
                happenings = [Happening("received", f"{start + n:064x}", "me", "here") for n in range(count // 10)]
                with resources.database.write() as connection:
                    append(connection, happenings, at=at)
                notes.append(publish_checkpoint(resources, at=at))
        told = verify_log(settings, before=notes[0])
        assert told["ok"] and told["events"] == count and told["from"]["continues"]

    return spent_on(prove)


def warm(home: Path, _: int) -> Spent:
    """Both bundlers find their input in the page cache."""
    for path in [*(home / "raw").glob("*"), *(home / "objects/sha256").glob("??/*")]:
        path.read_bytes()
    return 0, 0


def zip_0(home: Path, _: int) -> Spent:
    line = "rm -f plain.zip && zip -0 -q -r plain.zip raw && sync plain.zip"
    return spent_on(lambda: subprocess.run(line, shell=True, cwd=home, check=True))


def bundle(home: Path, count: int) -> Spent:
    store = FolderStore(home / "objects")
    hashes = list(store)[:count]
    sizes = [store.path_of(sha256).stat().st_size for sha256 in hashes]
    files = tuple(
        BundledFile(sha256, f"{number:05d}.pdf", "application/pdf", sizes[number], partial(store.open, sha256))
        for number, sha256 in enumerate(hashes)
    )
    contents = ward_contents(evidence=files)
    return spent_on(lambda: write_bundle(contents, home / "bundle.zip"))


def sha256sum(home: Path, _: int) -> Spent:
    return spent_on(lambda: subprocess.run("sha256sum raw/* > sums", shell=True, cwd=home, check=True))


def verify(home: Path, _: int) -> Spent:
    return spent_on(lambda: sound(home / "bundle.zip"))


def sound(path: Path) -> None:
    assert verify_bundle(path).ok


def big_files(home: Path, count: int) -> Spent:
    for number in range(count):
        (home / f"big-{number}").write_bytes((content(number) * (LARGE_FILE // SMALL_FILE + 2))[:LARGE_FILE])
    return 0, 0


def big_bundle(home: Path, count: int) -> Spent:
    files = []
    for path in sorted(home.glob("big-*"))[:count]:
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        files.append(BundledFile(sha256, path.name, "application/pdf", LARGE_FILE, partial(path.open, "rb")))
    contents = ward_contents(evidence=tuple(files))
    return spent_on(lambda: write_bundle(contents, home / "big.zip"))


def big_verify(home: Path, _: int) -> Spent:
    return spent_on(lambda: sound(home / "big.zip"))


def long_log(home: Path, count: int) -> Spent:
    contents = ward_contents(custody=bundles.custody_log(*(f"{number:064x}" for number in range(count))))

    def prove() -> None:
        write_bundle(contents, home / "log.zip")
        assert verify_bundle(home / "log.zip").log["events"] == count

    return spent_on(prove)


STEPS: dict[str, Callable[[Path, int], Spent]] = {
    step.__name__: step
    for step in (raw_puts, folder_puts, warm, zip_0, bundle, sha256sum, verify, big_files, big_bundle, big_verify)
} | {"long_log": long_log, "custody_log": custody_log, "s3_raw": s3_raw, "s3_puts": s3_puts}


if __name__ == "__main__":
    if len(sys.argv) == 4:
        spent = STEPS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
        print(json.dumps([*spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "full")
