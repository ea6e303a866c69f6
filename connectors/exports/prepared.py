"""What every child process would make anew, made once by the fork server, which imports this."""

from __future__ import annotations

import contextlib

from config.export_profiles import BadProfile, load_profiles
from connectors.exports.formats.sameness import source_of_reader

with contextlib.suppress(BadProfile):  # whoever reads is told of it
    load_profiles()
source_of_reader()
