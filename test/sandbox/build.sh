#!/usr/bin/env bash
# Builds the sandbox's binaries, kube and kwok, into a directory, or what is named of them and
# helm, kueue and jobset, which tests run, and depctl-scheduler:
#
#	test/sandbox/build.sh bin
#	test/sandbox/build.sh bin helm
#	test/sandbox/build.sh bin kube-v1.36.3   # an older one, of kube/versions
#
# A cold build takes about ten minutes on two cores. So the binaries are kept
# outside of the checkout, by a hash of all that they are made of, and every
# clone on a machine shares them: ${DEPCTL_CACHE:-${XDG_CACHE_HOME:-~/.cache}/depctl}.
set -euo pipefail

out=${1:?usage: build.sh OUTDIR [NAME...]}
shift
(($#)) || set -- kube kwok
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
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

# compile NAME LDFLAGS TARGET [FLAG...], in the module's directory
compile() {
  echo "$1: building it for the first time with these versions; this takes minutes" >&2
  local name=$1 ldflags=$2 target=$3 total log=$temporary/log
  shift 3
  if ! total=$(go list "$@" -deps . 2>"$log" | wc -l); then
    cat "$log" >&2
    exit 1
  fi
  SECONDS=0 next=15
  go build "$@" -v -trimpath -buildvcs=$vcs -ldflags "$ldflags" -o "$target" . 2>"$log" &
  compiler=$!
  while kill -0 $compiler 2>/dev/null; do
    sleep 1
    progress "$name" "$total" "$log"
  done
  if ! wait $compiler; then
    [ -t 2 ] && echo >&2
    grep ' ' "$log" | grep -v '^go: downloading' >&2 || true
    echo "$name: the build failed" >&2
    exit 1
  fi
  compiler=
  [ -t 2 ] && printf '\r\033[K' >&2
  printf '%s: built in %dm%02ds\n' "$name" $((SECONDS / 60)) $((SECONDS % 60)) >&2
}

# build NAME LDFLAGS [DIR...]: the module in the first directory, else in that of the name; what
# is in the others is compiled into it, too. modfile is what stands in for the module's go.mod.
modfile=go.mod
build() {
  local name=$1 ldflags="-s -w $2" hash cached
  shift 2
  (($#)) || set -- "$here/$name"
  cd "$1"
  shift
  hash=$({
    go env GOVERSION GOOS GOARCH
    echo "-trimpath $ldflags"
    tail -n +1 ./*.go "$modfile" "${modfile%.mod}.sum" ${@/%//*.go}
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
    compile "$name" "$ldflags" "$temporary/$name" -modfile="$modfile"
    chmod 555 "$temporary/$name" # outside, it may be linked into many places
    mv "$temporary/$name" "$cached"
  fi
  if ! [ "$out/$name" -ef "$cached" ] && ! cmp -s "$out/$name" "$cached"; then
    ln "$cached" "$temporary/link" 2>/dev/null || cp "$cached" "$temporary/link"
    mv -f "$temporary/link" "$out/$name"
  fi
  exec 9>&-
}

version=k8s.io/component-base/version
# stamp RELEASE prints the flags that have a program of Kubernetes say which release it is of.
stamp() {
  local minor=${1#v1.}
  echo "-X $version.gitVersion=$1 -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*}"
}
kubernetes=$(awk '$1 == "k8s.io/kubernetes" {print $2; exit}' "$here/kube/go.mod")
for name; do
  case $name in
  kube) build kube "$(stamp "$kubernetes")" ;;
  kube-v*) modfile=versions/${name#kube-}.mod build "$name" "$(stamp "${name#kube-}")" "$here/kube" ;;
  depctl-scheduler) build $name "$(stamp "$kubernetes")" "$root/cmd/$name" ../../gate/{rank,scheduler} ;;
  *) build "$name" "" ;;
  esac
done
