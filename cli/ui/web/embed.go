package web

import (
	"embed"
	"io/fs"
)

//go:generate go tool esbuild app=src/main.tsx src/index.html src/icon.svg --outdir=dist --outbase=src --bundle --minify --format=esm --target=es2022 --charset=utf8 --loader:.html=copy --loader:.svg=copy --log-level=warning

//go:embed dist
var dist embed.FS

// Files returns the files of the page: index.html, app.js, app.css and icon.svg.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil { // only for a name that no path can have
		return dist
	}
	return files
}
