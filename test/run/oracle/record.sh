#!/bin/sh
# Runs every playbook of ../cases through ansible-core (ANSIBLE_PLAYBOOK names the program) and stores what it told beside
# it. Python is needed only here; the tests read what is stored.
set -eu
cd "$(dirname "$0")/../cases"
here=$(cd ../oracle && pwd)
export ANSIBLE_CALLBACK_PLUGINS="$here" ANSIBLE_STDOUT_CALLBACK=record ANSIBLE_LOCALHOST_WARNING=false
export ANSIBLE_DEPRECATION_WARNINGS=false ANSIBLE_RETRY_FILES_ENABLED=false ANSIBLE_BECOME_ALLOW_SAME_USER=true
for playbook in ${1:-*.yml}; do
  name=${playbook%.yml}
  scratch=$(mktemp -d)
  rc=0
  RECORD_TO="$name.events" "${ANSIBLE_PLAYBOOK:-ansible-playbook}" -i inventory.ini -e "scratch=$scratch" \
    $(sed -n 's/^# flags: //p' "$playbook") "$playbook" >"$scratch.log" 2>&1 || rc=$?
  printf '{"exit": %s, "kind": "exit"}\n' "$rc" >>"$name.events"
  sed -i "s#$scratch#SCRATCH#g; s#$(pwd)#CASES#g" "$name.events"
  [ -s "$name.events" ] || cat "$scratch.log"
  rm -rf "$scratch" "$scratch.log"
done
