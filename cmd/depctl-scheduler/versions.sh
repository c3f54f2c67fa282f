#!/usr/bin/env bash
# Pins every module that this program shares with the sandbox's Kubernetes (test/sandbox/kube) to
# the version there: those that Kubernetes was released with, not those that the rest of depctl
# asks for. So both also share what they compile, which takes minutes. After a change there:
#
#	./versions.sh && go mod tidy
set -euo pipefail
cd "$(dirname "$0")"

versions() { go list -deps -f '{{with .Module}}{{.Path}} {{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}{{end}}' . | sort -u; }

kubernetes=$(awk '$1 == "k8s.io/kubernetes" {print $2; exit}' ../../test/sandbox/kube/go.mod)
go mod edit -require="k8s.io/kubernetes@$kubernetes"
awk '$1 == "replace" {print $2 "=" $4 "@" $5}' ../../test/sandbox/kube/go.mod |
  while read -r replace; do go mod edit -replace="$replace"; done
join <(versions) <(cd ../../test/sandbox/kube && versions) |
  while read -r module here there; do
    [ "$here" = "$there" ] || go mod edit -replace="$module=$module@$there"
  done
