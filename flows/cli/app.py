"""The Typer application and its commands."""

from __future__ import annotations

import typer

from flows.cli import (
    account,
    city,
    criteria,
    cycle,
    documents,
    evidence,
    exports,
    files,
    plan,
    proofs,
    publishing,
    reporting,
    scoring,
    service,
    storage,
    trust,
    ward,
)
from flows.cli.texts import text

app = typer.Typer(help=text("app"), no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

app.command("doctor", help=text("doctor"))(ward.doctor)
app.command("nightly", help=text("nightly"))(ward.nightly)
exports.register(app)
app.command("upload", help=text("upload"))(files.upload)
app.command("inspect", help=text("inspect"))(files.inspect)
scoring.register(app)
city.register(app)
criteria.register(app)
plan.register(app)
app.command("bundle", help=text("bundle"))(proofs.bundle)
app.command("verify", help=text("verify"))(proofs.verify)
app.command("serve", help=text("serve"))(ward.serve)
app.command("run", help=text("run_now"))(service.run)
app.command("runs", help=text("runs"))(service.runs)
app.command("cancel", help=text("cancel"))(service.cancel)
app.command("setup", help=text("setup"))(service.setup)
app.command("status", help=text("status"))(service.status)
storage.register(app)
evidence.register(app)
reporting.register(app)
documents.register(app)
trust.register(app)
app.add_typer(cycle.app, name="cycle")
app.add_typer(account.app, name="account")
app.command("publish", help=text("publish"))(publishing.publish)
