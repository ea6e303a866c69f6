"""One module for each thing that people come for; `ROUTERS` is all of them."""

from web.pages import documents, exports, home, runs, score, signing_in

ROUTERS = (signing_in.router, home.router, score.router, documents.router, exports.router, runs.router)
"""In the order of matching."""
