"""The service seen from outside: a part that hangs, what doctor asks of others, what Prefect keeps."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from httpx import ReadTimeout
from pydantic import SecretStr

from config.settings import Settings
from flows.on_prefect.server import PrefectDown, _door
from flows.running.night import NightRequestedBy
from flows.serving.doctor import Finding, _engine, _mail, _rules, _service, _webhook, examine_machine
from flows.serving.serve import HUNG_LOOKS, Child, PortTaken, _require_port, _tell_when_ready, serve
from flows.serving.setup import set_up
from flows.serving.start import _as_flow
from flows.serving.worker import work
from flows.watching.health import readiness
from flows.watching.probe import STALE_SECONDS, pulse_file, silent_seconds
from tests.flows.mail_server import PASSWORD, USER, mail_server, webhook

Look = Callable[[Settings], Iterator[Finding]]


def test_a_part_that_lives_but_does_no_work_is_ended_and_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.serving.serve.GROWN_SECONDS", -1.0)
    monkeypatch.setattr("flows.serving.serve.HUNG_LOOK_SECONDS", -1.0)
    working = [True]
    part = Child("part", [sys.executable, "-c", "import time; time.sleep(600)"], lives=lambda: working[0])
    part.start()
    assert part.process is not None
    first = part.process
    try:
        for _ in range(HUNG_LOOKS):
            part.end_if_hung()
        assert first.poll() is None
        working[0] = False
        for _ in range(HUNG_LOOKS):
            assert first.poll() is None
            part.end_if_hung()
        assert first.wait(timeout=180) == -9
        part.keep_alive()
        part.next_start = 0.0
        part.keep_alive()
        assert part.process is not None and part.process.pid != first.pid
    finally:
        part.ask_to_stop()
        part.see_off(time.monotonic() + 20)


def test_doctor_signs_in_to_the_mail_server_and_says_what_it_refused(tmp_path: Path) -> None:
    with mail_server(tmp_path) as (mailbox, port, certificate):
        right = Settings(
            home=tmp_path,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_user=USER,
            smtp_password=SecretStr(PASSWORD),
            smtp_ca=certificate,
        )
        wrong = right.model_copy(update={"smtp_password": SecretStr("wrong")})
        assert [(found.ok, PASSWORD in found.seen) for found in _mail(right)] == [(True, False)]
        (refused,) = _mail(wrong)
        assert not refused.ok and "PAR_SMTP_PASSWORD" in refused.fix and mailbox.letters == []
    assert list(_mail(Settings(home=tmp_path))) == []


def test_doctor_asks_the_webhook_without_sending_it_a_message_and_shows_nothing_of_its_secret_address(
    tmp_path: Path,
) -> None:
    with webhook() as (hooks, address):
        settings = Settings(home=tmp_path, letter_webhook=f"{address}/SECRET")
        seen = []
        for answer in (204, 405, 501, 302, 403, 404, 503):
            hooks.answers_options = answer
            seen.append(_one(_webhook, settings))
        assert [one.ok for one in seen] == [True, True, True, False, False, False, False] and hooks.bodies == []
    away = [_one(_webhook, settings)]
    away += [_one(_webhook, settings.model_copy(update={"letter_webhook": "http://[::1/SECRET"}))]
    assert not any(one.ok for one in away)
    assert all("PAR_LETTER_WEBHOOK" in one.fix for one in (*seen, *away) if not one.ok)
    assert "SECRET" not in str([seen, away])
    assert list(_webhook(Settings(home=tmp_path))) == []


def test_doctor_names_a_prefect_that_is_away_an_engine_that_lacks_and_a_worker_that_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prefect_ray", None)
    away = Settings(home=tmp_path, prefect_api_url="http://127.0.0.1:9/api", task_runner="ray")
    assert [(one.name, one.ok) for one in _engine(away)] == [("nơi đọc tài liệu", False), ("Prefect", False)]
    assert all(one.fix for one in _engine(away))
    assert [one.ok for one in _engine(Settings(home=tmp_path))] == [True]

    assert _one(_service, away).ok and "chưa chạy" in _one(_service, away).seen
    pulse_file(away).touch()
    assert _one(_service, away).ok
    old = time.time() - STALE_SECONDS - 1
    os.utime(pulse_file(away), (old, old))
    assert not _one(_service, away).ok and "restart" in _one(_service, away).fix


def test_readiness_asks_the_store_one_question_however_much_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listing(_store: object) -> Iterator[str]:
        raise AssertionError("the whole store was listed")

    monkeypatch.setattr("storage.objects.folder.FolderStore.__iter__", listing)
    assert readiness(Settings(home=tmp_path, min_free_mib=0))["ready"]


def test_prefect_forgets_its_flow_runs_after_a_while() -> None:
    script = (
        "import os; from flows.on_prefect import process as p; os.environ |= p._KEPT; "
        "from prefect.settings import get_current_settings as now; s = now().server; "
        "print(sorted(s.services.db_vacuum.enabled_vacuum_types), s.services.db_vacuum.retention_period.days)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "flow_runs" in told and told.split()[-1] == "90"


def _one(look: Look, settings: Settings) -> Finding:
    (found,) = look(settings)
    return found


def test_doctor_names_a_criteria_set_that_no_night_can_begin_with(tmp_path: Path) -> None:
    assert [one.ok for one in _rules(Settings(home=tmp_path))] == [True]
    (found,) = _rules(Settings(home=tmp_path, criteria="khong-co@1"))
    assert not found.ok and found.needed and "khong-co@1" in found.fix


def test_doctor_tells_a_database_that_is_gone_once_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "parindex.db").write_bytes(b"no database at all" * 500)
    lacking = [one for one in examine_machine(Settings(home=tmp_path)) if "parindex.db" in one.seen + one.fix]
    assert [one.name for one in lacking] == ["lưu trữ"]
    assert "rebuild-index" in lacking[0].fix and "parindex restore" in lacking[0].fix


def test_doctor_looks_on_where_the_home_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    found = {one.name: one for one in examine_machine(Settings(home=tmp_path / "home"))}
    assert not found["đĩa"].ok and "PAR_HOME" in found["đĩa"].fix
    assert not found["lưu trữ"].ok and "PAR_HOME" in found["lưu trữ"].fix


def test_setup_says_what_it_made_and_the_second_time_what_is_there(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new")
    first, again = (set_up(settings, datetime.now(UTC)) for _ in range(2))
    assert [part.name for part in first if part.new] == [part.name for part in first if part.name != "Prefect"]
    assert not any(part.new or part.secret for part in again)


def test_a_service_whose_port_is_taken_is_refused_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without that the pages of the other service would answer for it."""
    monkeypatch.setattr("flows.serving.serve.PORT_SECONDS", 0.0)
    monkeypatch.setattr("flows.serving.serve.Child.start", lambda part: pytest.fail(f"{part.name} was started"))
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = Settings(home=tmp_path, web_port=other.getsockname()[1], prefect="off")
        with pytest.raises(PortTaken, match="đang chạy rồi"):
            serve(settings, ready=lambda _: None)
    with pytest.raises(PortTaken, match="PAR_WEB_HOST"):
        serve(settings.model_copy(update={"web_host": "192.0.2.1"}), ready=lambda _: None)


def test_the_port_of_a_prefect_is_nobody_elses_while_it_comes_up_and_a_taken_one_is_told() -> None:
    with _door(0) as ours:
        for deed in (socket.create_server, socket.create_connection):
            with pytest.raises(OSError):
                deed(ours.getsockname())
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PrefectDown, match="cổng"):
        _door(other.getsockname()[1])


@pytest.mark.parametrize(
    ("fault", "told"), [(ReadTimeout("busy"), PrefectDown), (ZeroDivisionError(), ZeroDivisionError)]
)
def test_a_prefect_that_is_too_busy_for_a_night_counts_as_lost_and_a_fault_of_ours_does_not(
    fault: Exception, told: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nightly(*_words: str) -> None:
        raise fault

    monkeypatch.setattr("flows.on_prefect.night.nightly", nightly)
    monkeypatch.setattr("flows.serving.start.answers", lambda _url: True)
    with pytest.raises(told):
        _as_flow(NightRequestedBy("test", datetime.now(UTC)), "http://127.0.0.1:9/api")


def test_pages_that_take_longer_than_a_minute_to_come_up_are_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    looks, told = iter([False, False, True]), list[dict[str, str]]()
    monkeypatch.setattr("flows.serving.serve.READY_SECONDS", -1.0)
    monkeypatch.setattr("flows.serving.serve.answers", lambda _: next(looks))
    _tell_when_ready(Settings(prefect="off"), 0, threading.Event(), told.append)
    assert len(told) == 1 and capfd.readouterr().err.count("pages_do_not_answer") == 1


def test_a_port_that_a_killed_service_still_holds_is_waited_for() -> None:
    other = socket.create_server(("127.0.0.1", 0))
    settings = Settings(web_port=other.getsockname()[1])
    threading.Timer(0.3, other.close).start()
    _require_port(settings)
    assert other.fileno() == -1


def test_a_worker_whose_ledger_is_gone_shows_that_it_lives_so_that_it_can_tell_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended as hanging every five minutes it would never have waited the fifteen after which it sends word."""
    monkeypatch.setattr("flows.serving.worker._PAUSE_AFTER_FAILURE", 0.01)
    settings = Settings(home=tmp_path)
    (tmp_path / "parindex.db").write_bytes(b"no database at all" * 500)
    _make_old(pulse_file(settings))
    rounds = iter([True, True, False])
    work(settings, going_on=lambda: next(rounds))
    assert (silent_seconds(settings) or 0.0) < STALE_SECONDS


def test_a_worker_whose_loop_no_longer_goes_round_ends_so_that_docker_begins_it_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    script = (
        "import time; from config.settings import load_settings; from flows.serving.beside import doing_beside\n"
        "with doing_beside(load_settings(), look_seconds=0.05): time.sleep(600)"
    )
    _make_old(pulse_file(settings))
    environment = {**os.environ, "PAR_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 1 and "worker_hangs" in done.stderr


def _make_old(pulse: Path) -> None:
    pulse.touch()
    old = time.time() - 2 * STALE_SECONDS
    os.utime(pulse, (old, old))
