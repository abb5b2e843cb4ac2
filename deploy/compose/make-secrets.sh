#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, each of 32 random bytes; one that is there already is kept.
# Compose mounts them with their owner and mode of this machine, so they must be readable for uid 1000 (the image's
# user) and for the users of Redis, Prometheus and Grafana: hence mode 0444 in a folder that only you may enter.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 0700 secrets
for name in redis_password ops_token metrics_token komand_password splunk_token generic_token grafana_password; do
  [ -s "secrets/$name" ] && continue
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "secrets/$name"
  chmod 0444 "secrets/$name"
done
