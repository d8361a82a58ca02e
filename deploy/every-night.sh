#!/bin/sh
# Runs `diembao nightly` every day at the time given, for containers without cron. usage: every-night.sh 05:00
set -u
at=${1:?a time of day such as 05:00}
self=$(CDPATH= cd -- "$(dirname "$0")" && pwd -P)
trap 'kill "${child:-}" 2>/dev/null; exit 0' INT TERM
while :; do
  now=$(date +%s)
  next=$(date -d "today $at" +%s)
  [ "$next" -gt "$now" ] || next=$(date -d "tomorrow $at" +%s)
  echo "next night: $(date -d "@$next")"
  sleep $((next - now)) & child=$!
  wait "$child" || exit 0
  "$self/../bin/diembao" nightly --log-json & child=$!
  wait "$child" || echo "the night ended with $?"
done
