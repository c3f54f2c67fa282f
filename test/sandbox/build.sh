#!/usr/bin/env bash
# Builds the sandbox's binaries, kube and kwok, into a directory, or what is named of them and
# helm, kueue and jobset, which tests run:
#
#	test/sandbox/build.sh bin
#	test/sandbox/build.sh bin helm
#
# A cold build takes about ten minutes on two cores. So the binaries are kept
# outside of the checkout, by a hash of all that they are made of, and every
# clone on a machine shares them: ${DEPCTL_CACHE:-${XDG_CACHE_HOME:-~/.cache}/depctl}.
set -euo pipefail

out=${1:?usage: build.sh OUTDIR [NAME...]}
shift
(($#)) || set -- kube kwok
here=$(cd "$(dirname "$0")" && pwd)
cache=${DEPCTL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/depctl}
mkdir -p "$out" "$cache"
out=$(cd "$out" && pwd)
cache=$(cd "$cache" && pwd)

# Without a C compiler in play, the same inputs give the same program.
export CGO_ENABLED=0
# Only where git can say it; a source archive must build, too.
vcs=false
git -C "$here" status >/dev/null 2>&1 && vcs=true
temporary=$(mktemp -d "$cache/build.XXXXXX")
compiler=
trap 'kill $compiler 2>/dev/null || true; rm -rf "$temporary"' EXIT

sha256() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c 1-16; }

# progress NAME TOTAL LOG: in place on a terminal, else a line every 15 seconds.
next=15
progress() {
  local line
  line=$(printf '%s: %d of up to %d packages, %dm%02ds' \
    "$1" "$(grep -vc ' ' "$3" || true)" "$2" $((SECONDS / 60)) $((SECONDS % 60)))
  if [ -t 2 ]; then
    printf '\r\033[K%s' "$line" >&2
  elif ((SECONDS >= next)); then
    next=$((SECONDS + 15))
    echo "$line" >&2
  fi
}

# compile NAME LDFLAGS TARGET, in the module's directory
compile() {
  echo "$1: building it for the first time with these versions; this takes minutes" >&2
  local total log=$temporary/log
  if ! total=$(go list -deps . 2>"$log" | wc -l); then
    cat "$log" >&2
    exit 1
  fi
  SECONDS=0 next=15
  go build -v -trimpath -buildvcs=$vcs -ldflags "$2" -o "$3" . 2>"$log" &
  compiler=$!
  while kill -0 $compiler 2>/dev/null; do
    sleep 1
    progress "$1" "$total" "$log"
  done
  if ! wait $compiler; then
    [ -t 2 ] && echo >&2
    grep ' ' "$log" | grep -v '^go: downloading' >&2 || true
    echo "$1: the build failed" >&2
    exit 1
  fi
  compiler=
  [ -t 2 ] && printf '\r\033[K' >&2
  printf '%s: built in %dm%02ds\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)) >&2
}

# build NAME LDFLAGS: the module in the directory of that name
build() {
  local name=$1 ldflags="-s -w $2" hash cached
  cd "$here/$name"
  hash=$({
    go env GOVERSION GOOS GOARCH
    echo "-trimpath $ldflags"
    tail -n +1 ./*.go go.mod go.sum
  } | sha256)
  cached=$cache/$name-$hash
  if command -v flock >/dev/null; then
    exec 9>"$cache/$name.lock"
    if ! flock -n 9; then
      echo "$name: waiting for another build of it" >&2
      flock 9 # it has made it by then
    fi
  fi
  if [ ! -x "$cached" ]; then
    compile "$name" "$ldflags" "$temporary/$name"
    chmod 555 "$temporary/$name" # outside, it may be linked into many places
    mv "$temporary/$name" "$cached"
  fi
  if ! [ "$out/$name" -ef "$cached" ] && ! cmp -s "$out/$name" "$cached"; then
    ln "$cached" "$temporary/link" 2>/dev/null || cp "$cached" "$temporary/link"
    mv -f "$temporary/link" "$out/$name"
  fi
  exec 9>&-
}

kubernetes=$(awk '$1 == "k8s.io/kubernetes" {print $2; exit}' "$here/kube/go.mod")
minor=${kubernetes#v1.}
version=k8s.io/component-base/version
for name; do
  case $name in
  kube) build kube "-X $version.gitVersion=$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*}" ;;
  *) build "$name" "" ;;
  esac
done
