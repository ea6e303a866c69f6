"""Where everything is kept: objects, database, custody log, run ledger, bundles."""
