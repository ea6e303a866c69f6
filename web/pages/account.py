"""One's own account (password, six-digit codes, keys for programs) and, for administrators, everybody's."""

from __future__ import annotations

import io
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from flows.people import accounts as signing
from flows.people.accounts import ROLES, BadAccount, Person, SignInRefused
from storage.people import accounts, sessions
from storage.people.accounts import AccountExists, Grant
from web import wording
from web.access import Deed
from web.doors import Visit, allowed

router = APIRouter()


@router.get("/tai-khoan")
def own(visit: Visit = allowed(Deed.OWN_ACCOUNT)) -> Response:
    """Password, codes, keys."""
    return _own(visit)


def _own(visit: Visit, *, message: str = "", good: str = "", status: int = 200, **more: Any) -> Response:
    with visit.resources.database.read() as connection:
        account = accounts.account_of(connection, visit.visitor.name)
        tokens = sessions.tokens_of(connection, visit.visitor.name)
    shown = {"secret": "", "picture": "", "token": None} | more
    deeds = _grantable(visit)
    return visit.page(
        "account.html", status, account=account, tokens=tokens, message=message, good=good, deeds=deeds, **shown
    )


def _grantable(visit: Visit) -> list[Deed]:
    """What this account may hand on to a program: what it may do itself somewhere, as far as the API does it."""
    return [deed for name in wording.DEEDS if visit.visitor.may(deed := Deed(name))]


@router.post("/tai-khoan/mat-khau")
def change_password(
    old: Annotated[str, Form(max_length=400)],
    new: Annotated[str, Form(max_length=400)],
    visit: Visit = allowed(Deed.OWN_ACCOUNT),
) -> Response:
    """A new password; every session of the account ends."""
    try:
        signing.change_password(visit.resources, visit.visitor.name, old, new, at=visit.now)
    except (SignInRefused, BadAccount) as error:
        return _own(visit, message=str(error), status=422)
    return RedirectResponse("/dang-nhap", status_code=303)


@router.post("/tai-khoan/ma-sau-so")
def new_codes(visit: Visit = allowed(Deed.OWN_ACCOUNT)) -> Response:
    """A new secret with its picture; nothing changes until the first code fits."""
    secret = signing.new_code_secret()
    return _own(visit, secret=secret, picture=_picture(visit, secret))


@router.post("/tai-khoan/ma-sau-so/bat")
def turn_on(
    secret: Annotated[str, Form(max_length=64, pattern=r"^[A-Z2-7]{16,64}$")],
    code: Annotated[str, Form(max_length=10)],
    visit: Visit = allowed(Deed.OWN_ACCOUNT),
) -> Response:
    """Codes are asked for from now on."""
    try:
        signing.turn_on_codes(visit.resources, visit.visitor.name, secret, code, at=visit.now)
    except SignInRefused as error:
        return _own(visit, message=str(error), status=422, secret=secret, picture=_picture(visit, secret))
    return _own(visit, good="Từ lần đăng nhập sau sẽ hỏi mã sáu số.")


@router.post("/tai-khoan/ma-sau-so/tat")
def turn_off(visit: Visit = allowed(Deed.OWN_ACCOUNT)) -> Response:
    """No codes any more."""
    signing.turn_off_codes(visit.resources, visit.visitor.name, who=visit.visitor.name, at=visit.now)
    return _own(visit, good="Đã tắt mã sáu số.")


def _picture(visit: Visit, secret: str) -> Markup:
    """The QR picture as SVG without any style of its own."""
    out = io.BytesIO()
    address = signing.code_address(secret, visit.visitor.name, visit.house.settings.unit_name)
    segno.make(address).save(out, kind="svg", xmldecl=False, svgclass="qr", lineclass=None, omitsize=True, light="#fff")
    return Markup(out.getvalue().decode())


@router.post("/tai-khoan/khoa")
def new_token(
    label: Annotated[str, Form(max_length=80)],
    visit: Visit = allowed(Deed.OWN_ACCOUNT),
    days: Annotated[int, Form(ge=1, le=366)] = 90,
    deeds: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """A key for a program, shown once."""
    chosen = [deed.value for deed in _grantable(visit) if deed.value in (deeds or ())]
    if not chosen:
        return _own(visit, message="Chọn ít nhất một việc mà khóa được làm.", status=422)
    token = signing.make_token(visit.resources, visit.visitor.name, label, chosen, days, at=visit.now)
    return _own(visit, token=token)


@router.post("/tai-khoan/khoa/{token_id}/huy")
def revoke_token(token_id: str, visit: Visit = allowed(Deed.OWN_ACCOUNT)) -> Response:
    """End a key."""
    with visit.resources.database.write() as connection:
        sessions.revoke_token(connection, token_id, visit.visitor.name, at=visit.now)
    return RedirectResponse("/tai-khoan", status_code=303)


@router.get("/tai-khoan/danh-sach")
def everybody(visit: Visit = allowed(Deed.ADMINISTER)) -> Response:
    """All accounts with their roles."""
    return _everybody(visit)


def _everybody(visit: Visit, *, message: str = "", fresh: Any = None, status: int = 200) -> Response:
    with visit.resources.database.read() as connection:
        rows = accounts.accounts_all(connection)
    return visit.page("accounts.html", status, rows=rows, roles=ROLES, message=message, fresh=fresh)


@router.post("/tai-khoan/danh-sach")
def add(
    name: Annotated[str, Form(max_length=100)],
    full_name: Annotated[str, Form(max_length=200)],
    role: Annotated[str, Form(max_length=40)],
    unit: Annotated[str, Form(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")],
    visit: Visit = allowed(Deed.ADMINISTER),
    office: Annotated[str, Form(max_length=200)] = "",
    period: Annotated[str, Form(pattern=r"^(20\d{2})?$")] = "",
) -> Response:
    """A new account; its first password is shown once."""
    password = signing.new_password()
    person = Person(name.strip().lower(), full_name, password, (Grant(role, unit, office.strip(), period),))
    try:
        signing.create_account(visit.resources.database, person, who=visit.visitor.name, at=visit.now)
    except (BadAccount, AccountExists) as error:
        return _everybody(visit, message=str(error), status=422)
    return _everybody(visit, fresh={"name": person.name, "password": password})


@router.post("/tai-khoan/danh-sach/{name}/{what}")
def change(name: str, what: str, visit: Visit = allowed(Deed.ADMINISTER)) -> Response:
    """Close, open, or give a new first password."""
    with visit.resources.database.read() as connection:
        accounts.account_of(connection, name)
    if name == visit.visitor.name:
        return _everybody(visit, message="Không tự khóa hay đặt lại tài khoản của chính mình ở đây.", status=422)
    if what == "mat-khau":
        password = signing.reset_password(visit.resources, name, who=visit.visitor.name, at=visit.now)
        return _everybody(visit, fresh={"name": name, "password": password})
    state = {"khoa": accounts.CLOSED, "mo": accounts.OPEN}.get(what)
    if state:
        signing.set_account_state(visit.resources, name, state, who=visit.visitor.name, at=visit.now)
    return RedirectResponse("/tai-khoan/danh-sach", status_code=303)
