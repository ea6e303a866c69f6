"""Settings: environment (`PAR_...`) over a file (`.env` in the working folder or in PAR_HOME) over the defaults."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class BadSettings(ValueError):
    """One or more settings cannot be used. The message lists them all, one a line."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"không có múi giờ {name!r}; ví dụ đúng: Asia/Ho_Chi_Minh") from error
    return name


class Settings(BaseSettings):
    """Everything a deployment may change. Each field is one `PAR_<NAME>` line of .env.example."""

    model_config = SettingsConfigDict(env_prefix="PAR_", extra="forbid", frozen=True)

    home: Path = Field(Path("var"), description="folder that holds everything an embedded ward keeps")
    unit: str = Field("hoi-an-dong", pattern=r"^[a-z0-9][a-z0-9-]{1,63}$", description="id of the unit scored")
    unit_name: str = Field("Phường Hội An Đông", description="name of the unit, as officials write it")
    parent_name: str = Field("Thành phố Đà Nẵng", description="name of the unit above")
    period: str = Field("", pattern=r"^(\d{4})?$", description="year scored; empty: the current year")
    criteria: str = Field("phuong-de-xuat@2025.1", pattern=r"^[a-z0-9-]+@[\w.]+$", description="criteria set and version")
    on_time_rule: Literal["dvcqg_766", "bcth_date", "bc06_datetime", "opencps"] = Field(
        "bcth_date", description="which definition of on time counts"
    )
    exports: Path | None = Field(None, description="folder the one-stop exports lie in; empty: HOME/exports")
    inbox: Path | None = Field(None, description="folder of uploaded documents; empty: HOME/inbox")
    trust: Path | None = Field(None, description="anchors, intermediates, CRLs, policy; empty: HOME/trust")
    database_url: str = Field("", description="SQLAlchemy address; empty: SQLite in HOME/parindex.db")
    store: Literal["folder", "s3"] = Field("folder", description="where evidence bytes are kept")
    s3_endpoint: str = Field("", description="host:port of the S3 server")
    s3_bucket: str = Field("parindex-evidence", description="bucket of the evidence")
    s3_access_key: str = Field("", description="access key")
    s3_secret_key: str = Field("", description="secret key")
    s3_secure: bool = Field(True, description="TLS to the S3 server")
    s3_region: str = Field("us-east-1", description="region name; must match the server's")
    workers: int = Field(0, ge=0, le=256, description="parallel document checkers; 0: one per core")
    document_seconds: int = Field(120, ge=5, le=3600, description="longest time one document may take")
    document_memory_mib: int = Field(2048, ge=512, le=65536, description="most memory one document may take")
    attempts: int = Field(3, ge=1, le=20, description="tries before a document is quarantined")
    min_free_mib: int = Field(200, ge=0, description="least free disk space before a night starts")
    schedule: str = Field("0 1 * * *", description="cron of the night run")
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field("Asia/Ho_Chi_Minh", description="time zone")
    prefect_api_url: str = Field("", description="Prefect server; empty: one of our own on this machine")
    prefect_start_seconds: int = Field(90, ge=5, le=600, description="how long to wait for our own Prefect server")
    language: Literal["vi", "en"] = Field("vi", description="language of the command line's help")
