"""Commands about keeping: log, keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli import store_care
from flows.cli.door import DONE, NEEDS_PERSON, WRONG_USE, AsJson, At, Refused, finish, moment, settings_for
from flows.cli.texts import text

_HELP = {"show": "store_show"}
_LOG_FAULTS = {
    "changed": "sự kiện bị sửa",
    "broken": "chuỗi bị đứt hoặc đảo thứ tự",
    "rewritten": "không nối tiếp mốc đã ký",
    "cut": "bị cắt bớt so với mốc đã ký",
    "bad_signature": "chữ ký của mốc không đúng",
}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    log = typer.Typer(help=text("log"), no_args_is_help=True)
    log.command("verify", help=text("log_verify"))(verify_log)
    log.command("stamp", help=text("log_stamp"))(stamp)
    app.add_typer(log, name="log")
    keys = typer.Typer(help=text("keys"), no_args_is_help=True)
    keys.command("show", help=text("keys_show"))(show_keys)
    keys.command("rotate", help=text("keys_rotate"))(rotate_keys)
    app.add_typer(keys, name="keys")
    stores = typer.Typer(help=text("storage"), no_args_is_help=True)
    for name, command in (
        ("show", store_care.show),
        ("scrub", store_care.scrub),
        ("repair", store_care.repair),
        ("migrate", store_care.migrate),
        ("rebuild-index", store_care.rebuild_index),
        ("lock", store_care.lock),
        ("hold", store_care.hold),
    ):
        stores.command(name, help=text(_HELP.get(name, name.replace("-", "_"))))(command)
    app.add_typer(stores, name="storage")
    app.command("backup", help=text("backup"))(store_care.backup)
    app.command("restore", help=text("restore"))(store_care.restore)


def text_of(path: Path | None) -> str:
    """The text of an optional file; empty where none was given."""
    if path is None:
        return ""
    if not path.is_file():
        raise Refused(f"{path}: không có tệp này. Kiểm tra lại đường dẫn.", WRONG_USE)
    return path.read_text(encoding="utf-8", errors="replace")


def verify_log(
    *,
    before: Annotated[Path | None, typer.Option("--from", help=text("log_from"))] = None,
    as_json: AsJson = False,
) -> None:
    """Check the whole custody log."""
    from flows.keeping import log_proofs

    told = log_proofs.verify_log(settings_for(), before=text_of(before))
    finish(told, as_json=as_json, lines=_log_lines(told), code=DONE if told["ok"] else NEEDS_PERSON)


def stamp(*, at: At = "", as_json: AsJson = False) -> None:
    """Ask for the time stamps that wait."""
    from flows.keeping import log_proofs
    from flows.resources import open_resources

    settings = settings_for()
    if not settings.tsa_url:
        raise Refused("Chưa đặt PAR_TSA_URL: địa chỉ cơ quan cấp dấu thời gian (RFC 3161).", WRONG_USE)
    with open_resources(settings) as resources:
        told = log_proofs.stamp_waiting(resources, at=moment(at, settings), most=1_000)
    lines = [f"{one['sha256']}: {one['at'] if one['stamped'] else one['reason']}" for one in told]
    code = DONE if all(one["stamped"] for one in told) else NEEDS_PERSON
    finish({"stamps": told}, as_json=as_json, lines=lines or ["Không có mốc nào đang chờ dấu thời gian."], code=code)


def show_keys(*, as_json: AsJson = False) -> None:
    """Show the public keys."""
    from flows.keeping import log_proofs

    told = log_proofs.show_keys(settings_for())
    finish(told, as_json=as_json, lines=_key_lines(told))


def rotate_keys(*, at: At = "", as_json: AsJson = False) -> None:
    """Change the signing key."""
    from flows.keeping import log_proofs

    settings = settings_for()
    told = log_proofs.rotate_keys(settings, at=moment(at, settings))
    finish(told, as_json=as_json, lines=_key_lines(told))


def _log_lines(told: dict[str, Any]) -> Iterator[str]:
    newest = told["newest_checkpoint"]
    yield f"Nhật ký {told['origin']}: {told['events']} sự kiện, {told['checkpoints']} mốc đã ký" + (
        f", mốc mới nhất ở sự kiện {newest}." if newest else "."
    )
    if told["from"] and told["from"]["continues"]:
        yield f"Nối tiếp đúng mốc cũ ở sự kiện {told['from']['size']}: không có gì trước mốc đó bị viết lại."
    for fault in told["faults"]:
        yield f"  sự kiện {fault['seq']}: {_LOG_FAULTS[fault['kind']]} ({fault['detail']})"
    yield "NGUYÊN VẸN: không có gì bị thay đổi." if told["ok"] else f"CÓ LỖI: {len(told['faults'])} lỗi."


def _key_lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"Nhật ký {told['origin']}"
    for key in told["keys"]:
        since = f", dùng từ {key['since']}, được khóa trước ký xác nhận" if key.get("since") else ""
        yield f"  khóa {key['number']}: {key['public_key']}{since}"
        yield f"    dấu vân tay SHA-256 {key['fingerprint']}"
