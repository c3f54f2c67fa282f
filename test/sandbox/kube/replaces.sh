#!/usr/bin/env bash
# Pins every k8s.io staging module to the release that go.mod requires of k8s.io/kubernetes.
#
# k8s.io/kubernetes replaces its staging modules by directories of its own repository, and a
# replace only counts in the main module; as a dependency it asks for k8s.io/X v0.0.0. So each
# v1.A.B is replaced here by the published k8s.io/X v0.A.B. To move to another release:
#
#	./replaces.sh v1.37.3 && go mod tidy
set -euo pipefail
cd "$(dirname "$0")"

release=${1:?usage: replaces.sh v1.A.B}
go mod download "k8s.io/kubernetes@$release"
upstream=$(go env GOMODCACHE)/cache/download/k8s.io/kubernetes/@v/$release.mod

go mod edit -require="k8s.io/kubernetes@$release"
awk '/=> \.\/staging\// {print $1}' "$upstream" | while read -r module; do
  go mod edit -replace="$module=$module@v0.${release#v1.}"
done
