#!/bin/sh
# The guide's script, over sitekeep: restore.sh backup_complet_20261122_020000.tar.gz, or a path, or latest.
#   restore.sh BACKUP [options of `sitekeep restore`, such as --only media or --confirm NAME]
# The guide's own example, backup_complet_latest.tar.gz, means the newest one.
# Settings: sitekeep.toml of the folder it is started in, the user's, or /etc/sitekeep/sitekeep.toml; or SITEKEEP_CONFIG.
set -eu
if [ $# -eq 0 ]; then
    echo "Usage: $0 backup_complet_YYYYMMDD_HHMMSS.tar.gz | latest [options]" >&2
    exit 64
fi
backup=$1
shift
if [ ! -e "$backup" ]; then
    case ${backup##*/} in
    *_latest.tar.gz) backup=latest ;;
    esac
fi
exec sitekeep restore "$backup" "$@"
