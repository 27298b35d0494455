#!/bin/sh
# What programs can ask the agent, with curl 7.84 or later. Usage: runs.sh SOCKET TOKEN-FILE
set -eu
socket=$1
token_file=$2

# remit METHOD TARGET [BODY] [curl's options]: prints the answer, and fails where the agent refuses (a problem document).
# The token comes over standard input: everybody sees the arguments of a process. No settings of the user, no proxy.
remit() {
  method=$1
  target=$2
  body=${3-}
  shift $(($# < 3 ? $# : 3))
  [ -z "$body" ] || set -- --header 'Content-Type: application/json' --data "$body" "$@"
  printf 'Authorization: Bearer %s\n' "$(cat "$token_file")" |
    curl --disable --silent --show-error --fail-with-body --no-buffer --noproxy '*' --unix-socket "$socket" \
      --header @- --request "$method" "$@" "http://localhost$target"
}

# start SCRIPT: begins a run without waiting for it, and prints its address, /v1/runs/ID.
start() {
  remit POST /v1/runs "{\"script\": \"$1\", \"wait_ms\": 0}" --output /dev/null --write-out '%header{location}'
}

say() { printf '\n\n== %s\n' "$1"; }

say "how the agent is"
remit GET /v1/status

say "a run, and its argument"
remit POST /v1/runs '{
  "script": "grep(\"ERROR\", path).len()",
  "arguments": { "path": { "stringValue": "/tmp/remit-example/logs/worker.log" } }
}'

say "a run that is done once, however often it is sent"
for _ in first again; do
  remit POST /v1/runs '{ "script": "random_alphanumeric(8)" }' --header "Idempotency-Key: runs-sh-$$"
  echo
done

say "what the policy says, before anything is done"
remit POST /v1/explain '{
  "action": "file_system.write",
  "resource": { "type": "file_system::File", "id": "/tmp/remit-example/logs/worker.log" }
}'

say "a dry run: what it would do, and would be allowed to do"
remit POST /v1/runs '{ "script": "write(\"/tmp/remit-example/report.txt\", \"2 errors\")", "dry_run": true }'

say "a denial: it is in the result of a run, and says which policy denied"
remit POST /v1/runs '{ "script": "write(\"/tmp/remit-example/logs/worker.log\", \"\")" }'

say "a longer run, followed to its end"
run=$(start 'for step in 1..=3 { info(`step ${step}`); sleep(1); } \"done\"')
remit GET "$run/events"

say "a run that is cancelled"
run=$(start 'loop { sleep(1); }')
remit DELETE "$run"
echo
remit GET "$run?wait_ms=10000"

say "what was denied, the latest first"
remit GET '/v1/denials?limit=5'
echo
