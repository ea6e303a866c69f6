"""Commands about trust: show, check, update, pin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.door import DONE, MISSING, NEEDS_PERSON, WRONG_USE, AsJson, At, Refused, finish, moment, settings_for
from flows.cli.texts import text

_OUTCOMES = {"new": "mới", "unchanged": "không đổi", "refused": "KHÔNG NHẬN", "unreachable": "KHÔNG TỚI ĐƯỢC"}
_KINDS = {"official_duty": "chuyên dùng công vụ", "public": "công cộng"}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(help=text("trust_group"), no_args_is_help=True)
    group.command("show", help=text("trust_show"))(show)
    group.command("check", help=text("trust_check"))(check)
    group.command("update", help=text("trust_update"))(update)
    group.command("pin", help=text("trust_pin"))(pin)
    app.add_typer(group, name="trust")


def show(*, at: At = "", as_json: AsJson = False) -> None:
    """Show anchors, intermediates, revocation lists and policy."""
    from flows.keeping.trust import trust_state

    settings = settings_for()
    state = trust_state(settings, at=moment(at, settings))
    finish(state, as_json=as_json, lines=_state_lines(state))


def check(*, at: At = "", as_json: AsJson = False) -> None:
    """Say what is missing or old; 3 where no signature could pass at all."""
    from flows.keeping.trust import trust_state

    settings = settings_for()
    state = trust_state(settings, at=moment(at, settings))
    problems = state["problems"]
    code = MISSING if any(one["needed"] for one in problems) else NEEDS_PERSON if problems else DONE
    lines = list(_problem_lines(problems)) or ["Thư mục tin cậy đầy đủ: không có gì phải làm."]
    finish(state, as_json=as_json, lines=lines, code=code)


def update(
    *,
    host: Annotated[list[str] | None, typer.Option("--host", help=text("trust_host"))] = None,
    address: Annotated[list[str] | None, typer.Option("--address", help=text("trust_address"))] = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Fetch revocation lists into the dated archive."""
    from flows.keeping.trust import update_trust

    settings = settings_for()
    told = update_trust(settings, at=moment(at, settings), hosts=host or (), addresses=address or ())
    failed = [one for one in told["updates"] if one["outcome"] in ("refused", "unreachable")]
    code = NEEDS_PERSON if failed or told["state"]["problems"] else DONE
    finish(told, as_json=as_json, lines=_update_lines(told), code=code)


def pin(
    file: Annotated[Path, typer.Argument(help=text("trust_file"))],
    *,
    fingerprint: Annotated[str, typer.Option("--fingerprint", help=text("trust_fingerprint"))],
    kind: Annotated[str, typer.Option("--kind", help=text("trust_kind"))] = "official_duty",
    name: Annotated[str, typer.Option("--name", help=text("trust_name"))] = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Trust a certificate whose fingerprint was confirmed another way."""
    from flows.keeping.trust import PinRefused, pin_certificate

    if not file.is_file():
        raise Refused(f"{file}: không có tệp này. Kiểm tra lại đường dẫn.", WRONG_USE)
    if kind not in _KINDS:
        raise Refused(f"--kind {kind!r}: chỉ nhận {', '.join(_KINDS)}.", WRONG_USE)
    settings = settings_for()
    try:
        told = pin_certificate(settings, file, confirmed=fingerprint, kind=kind, name=name, at=moment(at, settings))
    except PinRefused as error:
        raise Refused(str(error), WRONG_USE) from error
    what = "chứng thư gốc" if told["root"] else "chứng thư trung gian"
    finish(told, as_json=as_json, lines=[f"Đã ghim {what} {told['name']}", f"  {told['file']}"])


def _state_lines(state: dict[str, Any]) -> Iterator[str]:
    yield f"{state['folder']}: mã tổng hợp {state['digest']}"
    policy = state["policy"]
    sha1 = "không nhận" if policy["sha1"] == "strict" else "nhận dưới chứng thư chuyên dùng công vụ, có cảnh báo"
    yield f"Chính sách {policy['name']} {policy['version']}: SHA-1 {sha1}; RSA từ {policy['minimum_rsa_bits']} bit"
    for one in state["anchors"]:
        verified = "đã đối chiếu" if one["verified"] else "CHƯA ĐỐI CHIẾU"
        yield f"Gốc: {one['name']} ({_KINDS[one['kind']]}, {verified}), đến {one['valid_to']}"
        yield f"  dấu vân tay SHA-256 {one['fingerprint']}"
    for one in state["intermediates"]:
        yield f"Trung gian: {one['name']}, do {one['issuer'] or 'KHÔNG RÕ'} cấp, đến {one['valid_to']}"
        yield f"  dấu vân tay SHA-256 {one['fingerprint']}"
    for one in state["lists"]:
        age = f"từ {one['oldest']} đến {one['newest']}, hạn {one['next_update']}" if one["count"] else "chưa có"
        late = " – QUÁ HẠN" if one["stale"] else ""
        yield f"Danh sách thu hồi của {one['authority']}: {one['count']} bản, {age}{late}"
    yield f"Người ký đã khai (staff.yaml): {state['staff']}"
    yield from _problem_lines(state["problems"])


def _problem_lines(problems: list[dict[str, Any]]) -> Iterator[str]:
    for one in problems:
        yield f"{'CẦN' if one['needed'] else 'Nên'}: {one['what']}"
        yield f"  Cách làm: {one['fix']}"


def _update_lines(told: dict[str, Any]) -> Iterator[str]:
    for one in told["updates"]:
        yield f"{_OUTCOMES[one['outcome']]}: {one['address']} {one['detail']}".rstrip()
    if not told["updates"]:
        yield "Không có địa chỉ nào để hỏi: thêm crl_addresses vào policy.yaml hoặc dùng --address."
    if told["trust_before"] != told["trust_after"]:
        yield "Đêm tới, chữ ký được xem lại theo danh sách mới."
    yield from _problem_lines(told["state"]["problems"])
