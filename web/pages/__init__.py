"""One module for each thing that people come for; `ROUTERS` is all of them."""

from web.pages import (
    account,
    auditing,
    city,
    cycle,
    documents,
    elsewhere,
    exports,
    home,
    proving,
    reports,
    runs,
    score,
    signing_in,
    uploads,
    work,
)

_MODULES = (
    *(score, home, work, uploads, documents, signing_in, elsewhere, account),
    *(proving, auditing, exports, runs, reports, cycle, city),
)
ROUTERS = tuple(module.router for module in _MODULES)
"""In the order of matching: what is asked for most comes first; no address fits two modules."""
