"""Accounts of the pages by command: the first administrator is made here."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.door import WRONG_USE, AsJson, Refused, Unit, finish, moment, settings_for
from flows.cli.texts import text

app = typer.Typer(help=text("account"), no_args_is_help=True)


@app.command("add", help=text("account_add"))
def add(
    name: Annotated[str, typer.Argument(help=text("account_name"))],
    *,
    role: Annotated[str, typer.Option("--role", help=text("account_role"))] = "coordinator",
    full_name: Annotated[str, typer.Option("--full-name", help=text("account_full_name"))] = "",
    unit: Unit = "",
    office: Annotated[str, typer.Option("--office", help=text("account_office"))] = "",
    only_period: Annotated[str, typer.Option("--only-period", help=text("account_period"))] = "",
    as_json: AsJson = False,
) -> None:
    """Add an account; its password is made here and shown once."""
    from flows.people.accounts import BadAccount, Person, create_account, new_password
    from flows.resources import open_ledger, prepare_home
    from storage.people.accounts import AccountExists, Grant

    settings = settings_for(unit)
    password = new_password()
    grant = Grant(role, settings.unit, office, only_period)
    prepare_home(settings)
    try:
        with open_ledger(settings) as database:
            person = Person(name, full_name, password, (grant,))
            create_account(database, person, who="parindex account", at=moment("", settings))
    except (BadAccount, AccountExists) as error:
        raise Refused(str(error), WRONG_USE) from error
    told = {"account": name, "role": role, "unit": settings.unit, "office": office, "password": password}
    lines = [f"Tài khoản {name} ({role}, {settings.unit}): mật khẩu lần đầu {password}", "Đăng nhập rồi đổi ngay."]
    finish(told, as_json=as_json, lines=lines)


@app.command("list", help=text("account_list"))
def show(*, as_json: AsJson = False) -> None:
    """All accounts with their roles."""
    from flows.resources import open_ledger
    from storage.people.accounts import accounts_all

    settings = settings_for()
    with open_ledger(settings) as database, database.read() as connection:
        rows = accounts_all(connection)
    told = [
        {
            "account": row["name"],
            "full_name": row["full_name"],
            "state": row["state"],
            "grants": [[grant.role, grant.unit, grant.office, grant.period] for grant in row["grants"]],
        }
        for row in rows
    ]
    lines = [f"{one['account']}  {one['full_name']}  {one['state']}  {one['grants']}" for one in told]
    finish(told, as_json=as_json, lines=lines or ["Chưa có tài khoản nào. Thêm: parindex account add TÊN --role ..."])


@app.command("link", help=text("account_link"))
def link(
    name: Annotated[str, typer.Argument(help=text("account_name"))],
    subject: Annotated[str, typer.Argument(help=text("account_subject"))],
) -> None:
    """Let a subject of the OpenID Connect issuer sign in as an account."""
    from flows.people.accounts import link_account
    from flows.resources import open_resources
    from storage.people.accounts import NoSuchAccount

    settings = settings_for()
    if not settings.oidc_issuer:
        raise Refused("Chưa đặt PAR_OIDC_ISSUER.", WRONG_USE)
    try:
        with open_resources(settings) as resources:
            link_account(resources, name, subject, who="parindex account", at=moment("", settings))
    except NoSuchAccount as error:
        raise Refused(str(error), WRONG_USE) from error
    finish({"account": name, "subject": subject}, as_json=False, lines=[f"{name}: {settings.oidc_issuer} {subject}"])
