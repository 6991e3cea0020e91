#!/bin/sh
# The guide's script, over sitekeep: a crontab line that names it keeps working.
#   backup.sh [database|media|full]      the database without an argument, as the guide's Sunday night
# Settings: sitekeep.toml of the folder it is started in, the user's, or /etc/sitekeep/sitekeep.toml; or SITEKEEP_CONFIG.
set -eu
kind=${1:-database}
[ $# -eq 0 ] || shift
exec sitekeep backup "$kind" "$@"
