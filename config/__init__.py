"""What is fixed before a run: settings, criteria sets, export profiles, calendars, trust policy."""
