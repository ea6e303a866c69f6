"""When and in which order: the night, the ad-hoc use cases, and their doors. No rule lives here."""
