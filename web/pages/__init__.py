"""One module for each thing that people come for; `ROUTERS` is all of them."""

from web.pages import account, auditing, documents, exports, home, reports, runs, score, signing_in, uploads

ROUTERS = tuple(
    module.router for module in (signing_in, account, home, score, uploads, documents, auditing, exports, runs, reports)
)
"""In the order of matching."""
