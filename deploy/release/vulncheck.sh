#!/usr/bin/env bash
# Looks for known vulnerabilities in what is shipped, with govulncheck at the version of go.mod here:
#
#	make vulncheck
#	make vulncheck VULNDB=file:///path/to/a/copy/of/the/database
#
# It ends with 0 if there is none that is called, 3 if there are some, and 2 if the database cannot be reached, so
# that nothing was checked. Arguments in place of the shipped programs are packages of the main module.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
go -C "$here" build -o "$temporary/govulncheck" golang.org/x/vuln/cmd/govulncheck

unreachable() {
  echo "vulncheck: the database ${VULNDB:-(that of Go)} cannot be reached, so nothing was checked. VULNDB=file:///DIR names a copy." >&2
  exit 2
}

database=()
[ -z "${VULNDB:-}" ] || database=(-db "$VULNDB")
# govulncheck takes a folder without an index for a database with nothing in it.
case ${VULNDB:-} in
file://*) [ -e "${VULNDB#file://}/index/modules.json" ] || unreachable ;;
esac

# check DIR PACKAGE...
worst=0
check() {
  local dir=$1 code=0
  shift
  echo "vulncheck: $* in ${dir#"$root"/}"
  "$temporary/govulncheck" -C "$dir" "${database[@]}" "$@" 2>"$temporary/errors" || code=$?
  cat "$temporary/errors" >&2
  if grep -qE 'fetching vulnerabilities|unrecognized vulndb format' "$temporary/errors"; then
    unreachable
  fi
  ((code <= worst)) || worst=$code
}

if (($#)); then
  check "$root" "$@"
else
  check "$root" ./cmd/depctl ./cmd/depctl-gate
  check "$root/cmd/depctl-scheduler" .
fi
exit "$worst"
