#!/bin/sh
# Every night: the database as one dump that was read back, and what the home holds beside it. Objects are write-once: copy the volume `objects`
# (or its bucket) to another place with the tool of that place; docs/deploy.md says how, and how to restore.
set -eu
umask 077
into=${BACKUP_INTO:?}
keep=${BACKUP_KEEP_DAYS:-30}

back_up() {
    # libpq's address is SQLAlchemy's without the driver's name
    address=$(sed 's/^postgresql+psycopg:/postgresql:/' "${PAR_DATABASE_URL_FILE:?}")
    name=$into/database-$(date -u +%Y%m%d-%H%M%S).dump
    pg_dump --format=custom --compress=6 --file="$name.part" "$address"
    pg_restore --list "$name.part" >/dev/null
    mv "$name.part" "$name"
    (cd "$PAR_HOME" && for folder in keys trust criteria profiles; do [ ! -d "$folder" ] || echo "$folder"; done) |
        tar -C "$PAR_HOME" -cf "$name.home.tar" -T -
    find "$into" -maxdepth 1 -name 'database-*' -mtime "+$keep" -delete
    printf '{"event": "backed_up", "file": "%s", "bytes": %s}\n' "$(basename "$name")" "$(stat -c %s "$name")" >&2
}

if [ "${1:-}" = once ]; then back_up; exit; fi
while :; do
    # a process of its own: inside `back_up || ...` the shell would go on after a command that failed
    sh "$0" once || printf '{"event": "backup_failed"}\n' >&2
    sleep 86400 &
    wait $!
done
