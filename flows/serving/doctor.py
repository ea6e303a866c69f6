"""What this machine has and lacks, each with the line that mends it."""

from __future__ import annotations

import importlib.metadata
import io
import re
import shutil
import smtplib
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.export_profiles import own_profiles, vocabulary_with
from config.refusals import Refusal
from config.settings import Settings
from config.units_here import settings_of_units
from flows.keeping.trust import trust_state
from flows.on_prefect.server import answers
from flows.resources import Resources, open_ledger, open_resources, prepare_home, require_room
from flows.running.night import require_sound_data
from flows.running.requests import STATES
from flows.serving.mailing import mail_server, webhook_fault
from flows.serving.start import EngineMissing, require_task_runner
from flows.watching.alarms import alarms_now
from flows.watching.probe import STALE_SECONDS, silent_seconds
from storage.documents.evidence import record_object
from storage.errors import StorageError
from storage.ledger.leases import state_seen
from storage.ledger.nights import nights_of
from storage.proof.care import open_damages
from storage.proof.keys import fingerprint, signing_key

_MOST_TRUST_LINES = 5
_CANARY = b"parindex canary: this object proves that the store keeps and returns bytes\n"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was seen, and how to mend it (empty when `ok`)."""

    name: str
    ok: bool
    seen: str
    fix: str = ""
    needed: bool = True
    """Without it a night cannot do its main job; otherwise only something is poorer."""

    def plain(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def examine_machine(settings: Settings) -> list[Finding]:
    """Look at everything a night needs."""
    return [finding for look in _LOOKS for finding in look(settings)]


def _tesseract(_: Settings) -> Iterator[Finding]:
    fix = "apt-get install tesseract-ocr tesseract-ocr-vie"
    program = shutil.which("tesseract")
    if program is None:
        yield Finding("tesseract", False, "không tìm thấy chương trình tesseract", fix)
        return
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False, timeout=30)
    vietnamese = "vie" in listed.stdout.split()
    yield Finding(
        "tesseract", vietnamese, f"{program}, tiếng Việt: {'có' if vietnamese else 'không'}", "" if vietnamese else fix
    )


def _libraries(_: Settings) -> Iterator[Finding]:
    versions = {
        name: importlib.metadata.version(name) for name in ("prefect", "pyhanko", "sqlalchemy", "pypdf", "minio")
    }
    yield Finding("thư viện", True, ", ".join(f"{name} {version}" for name, version in versions.items()))


def _disk(settings: Settings) -> Iterator[Finding]:
    try:
        prepare_home(settings)
        free = shutil.disk_usage(settings.home).free >> 20
        require_room(settings)
        yield Finding("đĩa", True, f"{settings.home.resolve()}: còn {free} MiB")
    except StorageError as error:
        yield Finding("đĩa", False, str(settings.home), str(error))


def _database_and_store(settings: Settings) -> Iterator[Finding]:
    try:
        with open_resources(settings) as resources:
            with resources.database.read() as connection:
                nights = nights_of(connection, settings.unit, 1)
            yield Finding("cơ sở dữ liệu", True, resources.database.engine.url.render_as_string(hide_password=True))
            kept = resources.store.put(io.BytesIO(_CANARY))
            with resources.database.write() as connection:
                record_object(connection, kept, who="doctor", where="canary", at=datetime.now(UTC))
            with resources.store.open(kept.sha256) as stream:
                sound = stream.read() == _CANARY
            yield Finding(
                "kho tài liệu", sound, f"{settings.store}: ghi và đọc lại {'khớp' if sound else 'KHÔNG khớp'}"
            )
            worm = resources.store.worm()
            promised = worm.guaranteed or worm.store == "folder"
            fix = "" if promised else "parindex storage show; tạo kho S3 có khóa đối tượng (object lock)"
            yield Finding("chống xóa sửa", promised, worm.sentence, fix, needed=False)
            yield _damage(resources)
            seed = signing_key(settings.home / "keys")
            yield Finding("khóa ký gói", True, f"dấu vân tay SHA-256 {fingerprint(seed)}")
            yield _last_night(nights[0] if nights else None)
    except StorageError as error:
        yield Finding("lưu trữ", False, type(error).__name__, str(error))


def _backups(settings: Settings) -> Iterator[Finding]:
    if settings.backups is None:
        fix = "đặt PAR_BACKUPS (thư mục ở ổ đĩa khác) và PAR_BACKUP_DAYS=30"
        yield Finding("sao lưu", False, "chưa đặt nơi sao lưu hằng ngày", fix, needed=False)
    else:
        there = settings.backups.is_dir()
        fix = "" if there else "gắn ổ đĩa sao lưu, hoặc sửa PAR_BACKUPS"
        yield Finding("sao lưu", there, f"{settings.backups}{'' if there else ': không thấy'}", fix, needed=False)


def _damage(resources: Resources) -> Finding:
    with resources.database.read() as connection:
        found = len(open_damages(connection))
    seen = f"{found} tệp bị hỏng hoặc mất" if found else "không có tệp nào bị hỏng"
    return Finding("tệp đã lưu", not found, seen, "parindex storage repair" if found else "", needed=False)


def _last_night(night: Mapping[str, Any] | None) -> Finding:
    if night is None:
        return Finding("đêm gần nhất", True, "chưa chạy đêm nào", needed=False)
    state, ended = state_seen(night, datetime.now(UTC)), night["ended_at"]
    seen = f"{night['id']}: {STATES[state]}" + (f", xong {ended:%Y-%m-%d %H:%M} UTC" if ended else "")
    return Finding(
        "đêm gần nhất", state != "failed", seen, "parindex nightly" if state == "failed" else "", needed=False
    )


def _rules(settings: Settings) -> Iterator[Finding]:
    """Whether every unit's criteria set, the calendars and the layouts can be used: without them no night begins."""
    spoilt = False
    for unit in settings_of_units(settings):
        try:
            require_sound_data(unit)
        except Refusal as error:
            spoilt = True
            yield Finding("bộ tiêu chí, lịch, mẫu đọc", False, f"{unit.unit}: {unit.criteria}", str(error))
    if not spoilt:
        yield Finding("bộ tiêu chí, lịch, mẫu đọc", True, settings.criteria)


def _alarms(settings: Settings) -> Iterator[Finding]:
    """What rings now; where the database itself is gone, another finding says so."""
    try:
        with open_ledger(settings):
            pass
    except StorageError:
        return
    for alarm in alarms_now(settings, datetime.now(UTC)):
        yield Finding(f"cảnh báo: {alarm.name}", False, alarm.seen, alarm.way_out, needed=False)


def _trust(settings: Settings) -> Iterator[Finding]:
    state = trust_state(settings, at=datetime.now(UTC))
    count, lists = len(state["anchors"]), sum(one["count"] for one in state["lists"])
    seen = f"{count} chứng thư gốc, {lists} danh sách thu hồi trong {settings.trust_folder}"
    yield Finding("chứng thư tin cậy", bool(count), seen, "" if count else "parindex trust check", needed=False)
    for problem in state["problems"][:_MOST_TRUST_LINES] if count else ():
        yield Finding("chứng thư tin cậy", False, problem["what"], problem["fix"], needed=False)


def _folders(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("thư mục kết xuất", settings.exports_folder), ("hộp tài liệu", settings.inbox_folder)):
        yield Finding(name, folder.is_dir(), str(folder), "" if folder.is_dir() else f"mkdir -p {_quoted(folder)}")


def _profiles(settings: Settings) -> Iterator[Finding]:
    folder = settings.profiles_folder
    for fault in (*own_profiles(folder)[1], *vocabulary_with(folder)[1]):
        fix = f"sửa tệp đó trong {settings.profiles_folder}"
        yield Finding("mẫu đọc riêng", False, fault, fix, needed=False)


def _engine(settings: Settings) -> Iterator[Finding]:
    """Whether the engine that PAR_TASK_RUNNER names is installed, and Prefect answers where a server is named."""
    try:
        require_task_runner(settings)
        yield Finding("nơi đọc tài liệu", True, settings.task_runner)
    except EngineMissing as error:
        yield Finding("nơi đọc tài liệu", False, settings.task_runner, str(error))
    address = settings.prefect_api_url
    if address:
        there = answers(address)
        fix = "" if there else "kiểm tra PAR_PREFECT_API_URL và máy chủ Prefect; đêm vẫn chạy được khi không có Prefect"
        yield Finding("Prefect", there, address if there else f"{address}: không trả lời", fix, needed=False)


def _mail(settings: Settings) -> Iterator[Finding]:
    """Whether the mail server takes our login now; nothing is sent."""
    if not settings.smtp_host:
        return
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with mail_server(settings) as server:
            server.noop()
        yield Finding("máy chủ thư", True, place, needed=False)
    except (OSError, smtplib.SMTPException) as error:
        fix = "kiểm tra PAR_SMTP_HOST, PAR_SMTP_PORT, PAR_SMTP_SECURITY, PAR_SMTP_USER, PAR_SMTP_PASSWORD"
        yield Finding("máy chủ thư", False, f"{place}: {type(error).__name__}: {error}", fix, needed=False)


def _webhook(settings: Settings) -> Iterator[Finding]:
    """Whether the receiver of letters answers; of its address only the host is shown."""
    if not settings.letter_webhook:
        return
    fault = webhook_fault(settings)
    host = re.sub(r"^(\w+://)?(?:[^/@]*@)?([^/?#]*).*", r"\1\2", settings.letter_webhook)
    fix = "kiểm tra PAR_LETTER_WEBHOOK và nơi nhận có đang chạy không; nếu thư vẫn tới thì bỏ qua dòng này"
    yield Finding("webhook", not fault, f"{host}: {fault}" if fault else host, fix if fault else "", needed=False)


def _service(settings: Settings) -> Iterator[Finding]:
    """When the worker of this machine last looked into the ledger."""
    silent = silent_seconds(settings)
    if silent is None:
        yield Finding("dịch vụ", True, "chưa chạy trên máy này (parindex serve)", needed=False)
        return
    lives = silent < STALE_SECONDS
    seen = f"lần cuối xem sổ đêm: {silent:.0f} giây trước"
    fix = "" if lives else "systemctl status parindex; systemctl restart parindex"
    yield Finding("dịch vụ", lives, seen, fix, needed=False)


def _quoted(path: Path) -> str:
    return f"'{path}'"


_LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _tesseract,
    _libraries,
    _disk,
    _database_and_store,
    _rules,
    _trust,
    _folders,
    _backups,
    _profiles,
    _engine,
    _mail,
    _webhook,
    _service,
    _alarms,
)
