#!/bin/sh
# Runs `diembao nightly` every day at the time given, for containers without cron. usage: every-night.sh 05:00
# SIGINT and SIGTERM go on to the night, which ends in order; so does this script, after it.
set -u
at=${1:?a time of day such as 05:00}
self=$(CDPATH= cd -- "$(dirname "$0")" && pwd -P)
child=
end() {
  trap '' INT TERM
  if [ -n "$child" ]; then
    # TERM: a child in the background of a script has SIGINT switched off.
    kill "$child" 2>/dev/null
    wait "$child"
  fi
  exit 0
}
trap end INT TERM
while :; do
  now=$(date +%s)
  next=$(date -d "today $at" +%s) || exit 2
  [ "$next" -gt "$now" ] || next=$(date -d "tomorrow $at" +%s)
  echo "next night: $(date -d "@$next")"
  sleep $((next - now)) & child=$!
  wait "$child" || exit 0
  "$self/../bin/diembao" nightly --log-json & child=$!
  wait "$child" || echo "the night ended with $?"
  child=
done
