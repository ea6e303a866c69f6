"""Which page an address means, and what it asks of the score table."""

from __future__ import annotations

import re

from fastapi.routing import APIRoute

from web.pages import ROUTERS
from web.pages.score import Filter, filter_of


def test_no_address_fits_the_pages_of_two_modules_so_their_order_is_free() -> None:
    pages = [
        (module, route)
        for module in ROUTERS
        for route in module.routes
        if isinstance(route, APIRoute) and route.methods
    ]
    for module, route in pages:
        address = re.sub(r"\{\w+\}", "xx", route.path.replace("{unit}", "hoi-an").replace("{period}", "2025"))
        fits = {id(other) for other, its in pages if its.methods == route.methods and its.path_regex.match(address)}
        assert fits == {id(module)}, address


def test_an_address_filters_by_known_orders_and_by_no_endless_words() -> None:
    asked = {"q": "d" * 10_000, "linh_vuc": "3", "trang_thai": "met", "sap_xep": "thieu", "khac": "x"}
    assert filter_of(asked) == Filter("d" * 200, "3", "met", "", "thieu")
    assert filter_of({"sap_xep": "ngược"}) == Filter()
