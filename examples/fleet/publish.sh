#!/bin/sh
# Copies what `remit repo release` wrote to the folder that a web server serves: sh publish.sh REPOSITORY WEBROOT
#
# A file gets its name when all of it is there, and the timestamp, which names the others, is the last one: devices see
# the release before or this one. Nothing is removed: devices that were away go through all roots.
set -eu
from=$1/public
to=$2

put() {
  mkdir -p "$to/${1%/*}"
  # With its time: hosts that serve copies then give the same ETag.
  cp -p "$from/$1" "$to/$1.part"
  mv "$to/$1.part" "$to/$1"
}

(cd "$from" && find metadata targets -type f ! -name timestamp.json) | while read -r file; do
  [ -e "$to/$file" ] || put "$file"
done
put metadata/timestamp.json
