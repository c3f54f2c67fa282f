#!/usr/bin/env bash
# Checks the types of the page: bundling leaves them out and does not. It needs node and npm, which nothing else does. The
# versions are those of vendor/README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=(typescript@7.0.2 preact@11.2.0 @preact/signals@2.11.4 @preact/signals-core@1.14.5)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/depctl/types-$(printf '%s\n' "${packages[@]}" | sha256sum | cut -c1-16)
if [ ! -x "$cache/node_modules/.bin/tsc" ]; then
  mkdir -p "$cache"
  npm install --prefix "$cache" --silent --no-save "${packages[@]}"
fi
cat >"$cache/tsconfig.json" <<EOF
{
  "extends": "$here/tsconfig.json",
  "compilerOptions": {
    "types": [],
    "paths": {
      "preact": ["$cache/node_modules/preact"],
      "preact/*": ["$cache/node_modules/preact/*"],
      "@preact/signals": ["$cache/node_modules/@preact/signals"],
      "@preact/signals-core": ["$cache/node_modules/@preact/signals-core"]
    }
  },
  "include": ["$here/src"]
}
EOF
exec "$cache/node_modules/.bin/tsc" --noEmit -p "$cache/tsconfig.json"
