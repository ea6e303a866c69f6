"""Settings: environment (`PAR_...`) over a file (`.env` in PAR_HOME, then in the working folder) over the defaults."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from config.complaints import complaint
from config.refusals import WrongUse

PREFIX = "PAR_"
_FILE = "_FILE"


class BadSettings(WrongUse, ValueError):
    """One or more settings cannot be used. The message lists them all, one a line, in Vietnamese."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"không có múi giờ {name!r}; ví dụ đúng: Asia/Ho_Chi_Minh") from error
    return name


def _five_fields(cron: str) -> str:
    try:
        next(CronSim(cron, datetime(2026, 1, 1)))  # noqa: DTZ001 - only asks whether the fields can be read
    except (CronSimError, StopIteration) as error:
        raise ValueError(
            f"không đọc được lịch chạy ({error}); cần năm phần (phút giờ ngày tháng thứ), ví dụ đúng: 0 1 * * *"
        ) from error
    return cron


def _time_of_day(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError("phải là giờ:phút; ví dụ đúng: 06:30")
    return value


def _database_address(value: str) -> str:
    """PostgreSQL's plain address stands for the one with the driver's name."""
    address = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", value)
    if address and not re.fullmatch(r"sqlite:///\S.*|postgresql\+psycopg://\S+", address):
        raise ValueError("phải là postgresql+psycopg://tên:mật-khẩu@máy:5432/cơ-sở hoặc sqlite:////đường/dẫn/tệp.db")
    return address


def _addresses(value: str) -> str:
    try:
        return ",".join(str(ip_network(one.strip())).removesuffix("/32") for one in value.split(",") if one.strip())
    except ValueError as error:
        raise ValueError(
            "phải là các địa chỉ IP hoặc mạng, cách nhau bằng dấu phẩy; ví dụ: 10.0.0.5, 10.1.0.0/24"
        ) from error


def _none_if_blank(value: object) -> object:
    return None if value == "" else value


Folder = Annotated[Path | None, BeforeValidator(_none_if_blank)]


class Settings(BaseModel):
    """Everything a deployment may change. Each field is one `PAR_<NAME>` line of .env.example."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    home: Path = Field(Path("var"), description="folder that holds everything an embedded ward keeps")
    unit: str = Field("hoi-an-dong", pattern=r"^[a-z0-9][a-z0-9-]{1,63}$", description="id of the unit scored")
    unit_name: str = Field("Phường Hội An Đông", min_length=3, description="name of the unit, as officials write it")
    parent_name: str = Field("Thành phố Đà Nẵng", min_length=3, description="name of the unit above")
    period: str = Field("", pattern=r"^(20\d{2})?$", description="year scored; empty: the one at work, and this year")
    last_year_until: str = Field(
        "03-31",
        pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
        description="last day (month-day) on which the year that has ended is still scored where no cycle was opened",
    )
    criteria: str = Field("phuong-de-xuat@2025.1", pattern=r"^[a-z0-9-]+@[\w.]+$", description="criteria set, version")
    on_time_rule: Literal["dvcqg_766", "bcth_date", "bc06_datetime", "opencps"] = Field(
        "bcth_date", description="which definition of on time counts"
    )
    report_maker: str = Field("Trung tâm Phục vụ hành chính công", min_length=3, description="who makes form II.06a")
    report_receiver: str = Field("Phòng Văn hóa - Xã hội", min_length=3, description="who receives form II.06a")
    due_date_rule: Literal["same_clock", "day_end", "hours"] = Field(
        "same_clock", description="how due dates are counted (config/due_dates.yaml)"
    )
    index_766_reading: Literal["text", "observed"] = Field(
        "text", description="which reading of Decision 766's points counts (config/indices/766.yaml)"
    )
    pause_rule: Literal["pushed", "restart"] = Field(
        "pushed", description="what waiting for papers does to a due date (config/due_dates.yaml)"
    )
    exports: Folder = Field(None, description="folder of the one-stop exports; empty: HOME/exports")
    exports_fresh_hours: int = Field(0, ge=0, le=8760, description="most age of the newest export there; 0: no limit")
    sources: Folder = Field(None, description="file of further sources of exports; empty: HOME/sources.yaml")
    units: Folder = Field(None, description="file of the units this installation works for; empty: HOME/units.yaml")
    inbox: Folder = Field(None, description="folder of uploaded documents; empty: HOME/inbox")
    trust: Folder = Field(None, description="anchors, intermediates, CRLs, policy; empty: HOME/trust")
    sha1: Literal["policy", "strict"] = Field("policy", description="strict: no signature with SHA-1 counts")
    database_url: Annotated[str, AfterValidator(_database_address)] = Field(
        "", description="SQLAlchemy address; empty: SQLite in HOME/parindex.db"
    )
    store: Literal["folder", "s3"] = Field("folder", description="where evidence bytes are kept")
    s3_endpoint: str = Field("", description="host:port of the S3 server")
    s3_bucket: str = Field("parindex-evidence", min_length=3, description="bucket of the evidence")
    s3_access_key: str = Field("", description="access key")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="secret key")
    s3_secure: bool = Field(True, description="TLS to the S3 server")
    s3_region: str = Field("us-east-1", description="region name; must match the server's")
    s3_lock_days: int = Field(3650, ge=0, le=36500, description="days for which S3 locks each version; 0: no lock")
    s3_encrypt: bool = Field(False, description="ask the S3 server to encrypt at rest (SSE-S3)")
    mirror: Folder = Field(None, description="folder on another disk that holds a second copy; empty: none")
    backups: Folder = Field(None, description="folder of backups; an alarm rings when the newest is old; empty: none")
    backup_days: int = Field(
        0, ge=0, le=3650, description="days for which the service keeps its daily backups there; 0: others make them"
    )
    scrub_mib: int = Field(2048, ge=0, description="how much of the store a night re-reads; 0: none")
    tsa_url: str = Field("", pattern=r"^(https?://\S+)?$", description="RFC 3161 time stamp authority; empty: none")
    tsa_seconds: int = Field(30, ge=1, le=300, description="how long one time stamp may take")
    workers: int = Field(0, ge=0, le=256, description="parallel document checkers; 0: one per core")
    slots: int = Field(
        0, ge=0, le=256, description="documents that all processes of this machine read at a time; 0: one per core"
    )
    slots_folder: Folder = Field(None, description="folder in which these processes meet; empty: HOME/slots")
    document_seconds: int = Field(120, ge=5, le=3600, description="longest time one document may take")
    document_memory_mib: int = Field(2048, ge=512, le=65536, description="most memory one document may take")
    attempts: int = Field(3, ge=1, le=20, description="tries before a document is quarantined")
    ocr_engine: Literal["", "tesserocr", "library", "command"] = Field(
        "", description="adapter to tesseract; empty: best"
    )
    min_free_mib: int = Field(200, ge=0, description="least free disk space before a night starts")
    schedule: Annotated[str, AfterValidator(_five_fields)] = Field("0 1 * * *", description="cron of the night run")
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field("Asia/Ho_Chi_Minh", description="time zone")
    prefect_api_url: str = Field("", description="Prefect server; empty: one of our own on this machine")
    prefect_start_seconds: int = Field(90, ge=5, le=600, description="how long to wait for our own Prefect server")
    prefect: Literal["on", "off"] = Field("on", description="off: `parindex serve` runs without Prefect")
    task_runner: Literal["process", "dask", "ray"] = Field("process", description="where document batches are examined")
    dask_address: str = Field("", description="Dask scheduler, tcp://host:8786; empty: a cluster on this machine")
    night_minutes: int = Field(0, ge=0, le=1440, description="longest time a night examines documents; 0: no limit")
    web_host: str = Field("127.0.0.1", description="address the pages listen on")
    web_port: int = Field(8080, ge=1, le=65535, description="port the pages listen on")
    web_proxies: Annotated[str, AfterValidator(_addresses)] = Field(
        "127.0.0.1",
        description="addresses or networks of reverse proxies whose word about a visitor's address counts, by comma",
    )
    web_address: str = Field("", description="address of the pages for links in letters, https://...")
    upload_mib: int = Field(1536, ge=1, le=65536, description="largest file that may be sent to the pages")
    leftover_days: int = Field(
        14,
        ge=1,
        le=366,
        description="days for which ordered bundles, bundles of earlier nights and uploads that broke off are kept",
    )
    oidc_issuer: str = Field(
        "", pattern=r"^(https?://\S+)?$", description="OpenID Connect issuer; empty: local accounts only"
    )
    oidc_client_id: str = Field("", description="client id at the issuer")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="client secret at the issuer")
    log_format: Literal["text", "json"] = Field("text", description="log lines of the service: for people, or JSON")
    letter_at: Annotated[str, AfterValidator(_time_of_day)] = Field("06:30", description="when the letter goes out")
    letter_to: str = Field("", description="mail addresses of the morning letter and alarms, by comma")
    remind_to: str = Field(
        "",
        pattern=r"^([^=;]+=[^=;@\s]+@[^=;@\s]+(;\s*|$))*$",
        description="mail addresses of offices for reminders: Office=address; Office=address; others: letter_to",
    )
    letter_webhook: str = Field("", description="address that gets letter and alarms as JSON; empty: none")
    smtp_host: str = Field("", description="mail server; empty: no mail")
    smtp_port: int = Field(587, ge=1, le=65535, description="port of the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="how mail is encrypted")
    smtp_user: str = Field("", description="user name at the mail server; empty: no login")
    smtp_password: SecretStr = Field(SecretStr(""), description="password at the mail server")
    smtp_ca: Folder = Field(None, description="certificate of the mail server's authority; empty: this system's")
    mail_from: str = Field("parindex@localhost", description="sender of letters and alarms")
    language: Literal["vi", "en"] = Field("vi", description="language of the command line's help")

    @property
    def exports_folder(self) -> Path:
        """Where the one-stop exports lie."""
        return self.exports or self.home / "exports"

    @property
    def sources_file(self) -> Path:
        """The list of further sources; it need not exist."""
        return self.sources or self.home / "sources.yaml"

    @property
    def units_file(self) -> Path:
        """The list of units; without it there is PAR_UNIT alone."""
        return self.units or self.home / "units.yaml"

    @property
    def inbox_folder(self) -> Path:
        """Where uploads wait, one folder per unit."""
        return self.inbox or self.home / "inbox"

    @property
    def profiles_folder(self) -> Path:
        """Export profiles that this installation wrote itself; those of the product stand beside."""
        return self.home / "profiles"

    @property
    def criteria_folder(self) -> Path:
        """Criteria sets that this installation was given, one folder per set; those of the product stand beside."""
        return self.home / "criteria"

    @property
    def trust_folder(self) -> Path:
        """Anchors, intermediates, CRLs and policy of signature checking."""
        return self.trust or self.home / "trust"

    def local_day(self, moment: datetime) -> date:
        """The calendar day of a moment in PAR_TIMEZONE."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def year(self) -> int | None:
        """The configured year, None where each day decides."""
        return int(self.period) if self.period else None

    @property
    def mail_of_office(self) -> dict[str, str]:
        """Mail address by office, as PAR_REMIND_TO says."""
        pairs = (pair.partition("=") for pair in self.remind_to.split(";") if pair.strip())
        return {office.strip(): address.strip() for office, _, address in pairs}

    def period_on(self, day: date) -> str:
        """The configured period, or the year of `day`."""
        return self.period or str(day.year)


def load_settings(environ: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Settings:
    """Read settings from the environment and the `.env` files.

    Raises:
        BadSettings: lists every unknown name and every value that cannot be used.
    """
    given = _with_files(_given(dict(os.environ if environ is None else environ), folder or Path.cwd()))
    fields = {name.removeprefix(PREFIX).lower(): (name, value) for name, value in given.items()}
    try:
        return Settings.model_validate({field: value for field, (_, value) in fields.items()})
    except ValidationError as error:
        names = {field: name for field, (name, _) in fields.items()}
        raise BadSettings(_all_problems(error, names)) from error


def _given(environ: dict[str, str], folder: Path) -> dict[str, str]:
    """PAR_ lines by name; the environment wins over PAR_HOME/.env, that over ./.env."""
    beside = _file_lines(folder / ".env")
    own = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    home = Path(own.get("PAR_HOME") or beside.get("PAR_HOME") or "var")
    return beside | _file_lines(home / ".env") | own


def _with_files(given: dict[str, str]) -> dict[str, str]:
    """`PAR_X_FILE=path` stands for `PAR_X=<content of the file>`: how containers hand over secrets.

    Raises:
        BadSettings: a file cannot be read.
    """
    named = {name: value for name, value in given.items() if name.endswith(_FILE) and value}
    plain = {name: value for name, value in given.items() if not name.endswith(_FILE)}
    try:
        read = {name.removesuffix(_FILE): Path(path).read_text(encoding="utf-8") for name, path in named.items()}
    except (OSError, UnicodeDecodeError) as error:
        names = ", ".join(f"{name}={path}" for name, path in named.items())
        raise BadSettings(f"Không đọc được tệp bí mật ({error}); xem lại {names}.") from error
    return plain | {name: text.strip() for name, text in read.items()}


def _file_lines(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = dotenv_values(path, interpolate=False)
    return {name: value or "" for name, value in lines.items() if name.startswith(PREFIX)}


def _all_problems(error: ValidationError, names: Mapping[str, str]) -> str:
    lines = [f"Cài đặt chưa dùng được ({error.error_count()} lỗi):"]
    for problem in error.errors():
        field = str(problem["loc"][0]) if problem["loc"] else "?"
        name = names.get(field, PREFIX + field.upper())
        lines.append(f"  {name}={_without_password(problem.get('input'))}: {complaint(problem, _OWN_WORDS)}")
    lines.append("Sửa trong biến môi trường hoặc tệp .env (mẫu đầy đủ: .env.example), rồi chạy lại.")
    return "\n".join(lines)


def _without_password(value: object) -> str:
    return re.sub(r"://([^:/@\s]*):[^/\s]*@", r"://\1:***@", repr(value))


_OWN_WORDS = {"extra_forbidden": "không có cài đặt tên này"}
