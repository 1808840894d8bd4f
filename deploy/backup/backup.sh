#!/bin/sh
# PGATE_BACKUP_COMMAND: dumps the database that PGHOST and the like name, which pgate sets, and keeps the
# newest five. A name of its own for each: a deploy that is tried again must not write over the first dump.
set -eu
file="/backups/$PGDATABASE-$(date -u +%Y%m%dT%H%M%SZ).dump"
pg_dump --format=custom --file="$file.part"
mv "$file.part" "$file"
echo "wrote $file"
ls -1t /backups/*.dump | tail -n +6 | xargs -r rm --
