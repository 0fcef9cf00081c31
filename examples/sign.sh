#!/bin/sh
# A token that opens a key, with all that hangs on it, until a time in whole seconds since 1970:
#   examples/sign.sh KEY EXPIRES, with KEY_ID and SECRET in the environment
# While openssl runs, the secret shows in the list of processes: for trying out, not for a shared machine.
claim="$KEY_ID.$2.k"
mac=$(printf 'sluice-1\n%s\n%s' "$claim" "$1" | openssl dgst -sha256 -hmac "$SECRET" -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
echo "$claim.$mac"
