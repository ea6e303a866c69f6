"""Settings: one class, one example file, all problems at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values

from config.settings import BadSettings, Settings, load_settings


def test_the_example_file_names_every_setting_with_its_default(repository: Path) -> None:
    lines = dotenv_values(repository / ".env.example", interpolate=False)

    assert set(lines) == {f"PAR_{name.upper()}" for name in Settings.model_fields}
    given = {name.removeprefix("PAR_").lower(): value or "" for name, value in lines.items()}
    assert Settings.model_validate(given) == Settings()


def test_all_problems_are_listed_at_once_with_name_value_and_way_out(tmp_path: Path) -> None:
    wrong = {"PAR_WORKERS": "-1", "PAR_TIMEZONE": "Mars/Olympus", "PAR_STORE": "ftp", "PAR_SPEED": "9"}

    with pytest.raises(BadSettings) as caught:
        load_settings(wrong, folder=tmp_path)

    message = str(caught.value)
    assert "4 lỗi" in message and ".env.example" in message
    for name, value in wrong.items():
        assert f"{name}='{value}'" in message


@pytest.mark.parametrize("cron", ["1 giờ sáng", "0 1 * *"])
def test_a_wrong_schedule_is_refused(cron: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="PAR_SCHEDULE"):
        load_settings({"PAR_SCHEDULE": cron}, folder=tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("PAR_LETTER_AT", value) for value in ("0630", "06", "06:30+07:00", "6:30", "24:00", "06:30:00")),
        ("PAR_WEB_PROXIES", "proxy"),
        ("PAR_WEB_PROXIES", "10.0.0.300"),
    ],
)
def test_an_hour_or_an_address_that_the_service_could_not_use_is_refused(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=name):
        load_settings({name: value}, folder=tmp_path)


def test_the_environment_wins_over_home_and_home_over_the_working_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / ".env").write_text(f"PAR_HOME={home}\nPAR_PERIOD=2024\nPAR_WORKERS=1\nPAR_ATTEMPTS=5\nOTHER=1\n")
    (home / ".env").write_text("PAR_PERIOD=2025\nPAR_WORKERS=2\n")

    settings = load_settings({"PAR_WORKERS": "3", "PATH": "/bin"}, folder=tmp_path)

    assert (settings.home, settings.period, settings.workers, settings.attempts) == (home, "2025", 3, 5)


def test_the_secret_key_is_not_shown() -> None:
    assert "hush" not in repr(Settings.model_validate({"s3_secret_key": "hush"}))


def test_a_secret_may_come_from_a_file_and_an_unreadable_one_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "s3"
    secret.write_text("hush\n")

    settings = load_settings({"PAR_S3_SECRET_KEY_FILE": str(secret)}, folder=tmp_path)

    assert settings.s3_secret_key.get_secret_value() == "hush"
    with pytest.raises(BadSettings, match="PAR_S3_SECRET_KEY_FILE"):
        load_settings({"PAR_S3_SECRET_KEY_FILE": str(tmp_path / "none")}, folder=tmp_path)


def test_a_word_that_a_setting_does_not_know_is_refused_with_those_that_it_knows(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="chỉ nhận 'process', 'dask' hoặc 'ray'"):
        load_settings({"PAR_TASK_RUNNER": "spark"}, folder=tmp_path)


@pytest.mark.parametrize("cron", ["99 1 * * *", "0 1 30 2 *", "a b c d e"])
def test_a_schedule_that_never_comes_is_refused(cron: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="PAR_SCHEDULE"):
        load_settings({"PAR_SCHEDULE": cron}, folder=tmp_path)


@pytest.mark.parametrize(
    "address", ["mysql://a:geheim@b/c", "oracle", "postgresql+psycopg2://a:geheim@b/c", "sqlite://"]
)
def test_a_database_that_the_service_cannot_speak_to_is_refused_without_its_password(
    address: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSettings, match=r"PAR_DATABASE_URL.*postgresql\+psycopg://") as caught:
        load_settings({"PAR_DATABASE_URL": address}, folder=tmp_path)
    assert "geheim" not in str(caught.value)


def test_the_plain_address_of_postgresql_is_enough() -> None:
    for plain in ("postgres://a@b/c", "postgresql://a@b/c", "postgresql+psycopg://a@b/c"):
        assert load_settings({"PAR_DATABASE_URL": plain}).database_url == "postgresql+psycopg://a@b/c"
