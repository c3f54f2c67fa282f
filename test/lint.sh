#!/usr/bin/env bash
# Runs golangci-lint, at the version that is pinned here:
#
#	test/lint.sh ./...
#
# It is built once, in two to twelve minutes, and kept outside of the checkout by
# its version and that of Go: ${DEPCTL_CACHE:-${XDG_CACHE_HOME:-~/.cache}/depctl}.
set -euo pipefail

version=v2.15.0
cache=${DEPCTL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/depctl}
mkdir -p "$cache"
program=$cache/golangci-lint-$version-$(go env GOVERSION)

if [ ! -x "$program" ]; then
  echo "golangci-lint: building $version for the first time; this takes minutes" >&2
  temporary=$(mktemp -d "$cache/build.XXXXXX")
  trap 'rm -rf "$temporary"' EXIT
  GOBIN=$temporary go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
  mv "$temporary/golangci-lint" "$program"
  rm -rf "$temporary"
fi
exec "$program" run --allow-parallel-runners "$@"
