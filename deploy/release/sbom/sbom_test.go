package sbom

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/stretchr/testify/require"

	"depctl.dev/deploy/image/build"
	"depctl.dev/deploy/release/licence"
)

const mit = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the \"Software\"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:\n\nThe above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."

func TestADocumentNamesAllThatIsInAProgram(t *testing.T) {
	text := []licence.Text{{Name: "LICENSE", Content: mit}}
	p := build.Program{
		Name: "depctl", Version: "v0.1.0", Commit: "abc", Platform: v1.Platform{OS: "linux", Architecture: "amd64"},
		Content: []byte("program"), Made: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Info: &debug.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{
			{Path: "depctl.dev", Version: "v0.0.0", Replace: &debug.Module{Path: "../.."}},
			{Path: "example.com/a", Version: "v1.0.0", Sum: "h1:a"},
			{Path: "example.com/b/v2", Version: "v2.0.0", Replace: &debug.Module{Path: "example.com/b/v2", Version: "v2.0.1", Sum: "h1:b"}},
		}},
	}
	modules := []licence.Module{{Path: "example.com/a", Version: "v1.0.0", Texts: text}, {Path: "example.com/b/v2", Version: "v2.0.1", Texts: text}}
	written, err := Of(p, modules, []licence.Module{{Path: "@preact/signals", Version: "2.0.0", NPM: true, Texts: text}})
	require.NoError(t, err)
	again, err := Of(p, modules, []licence.Module{{Path: "@preact/signals", Version: "2.0.0", NPM: true, Texts: text}})
	require.NoError(t, err)
	require.Equal(t, written, again)

	document, err := json.Read(bytes.NewReader(written))
	require.NoError(t, err)
	require.Equal(t, "SPDX-2.3", document.SPDXVersion)
	require.Equal(t, "2026-01-02T03:04:05Z", document.CreationInfo.Created)
	sum := sha256.Sum256(p.Content)
	require.Equal(t, hex.EncodeToString(sum[:]), document.Packages[0].PackageChecksums[0].Value)
	var urls, ids []string
	for _, found := range document.Packages {
		ids = append(ids, string(found.PackageSPDXIdentifier))
		require.Regexp(t, `^Package-[A-Za-z0-9.-]+$`, found.PackageSPDXIdentifier)
		for _, reference := range found.PackageExternalReferences {
			urls = append(urls, reference.Locator)
		}
	}
	require.Equal(t, []string{
		"pkg:golang/std@1.26.8", "pkg:golang/example.com/a@v1.0.0", "pkg:golang/example.com/b/v2@v2.0.1", "pkg:npm/%40preact/signals@2.0.0",
	}, urls)
	slices.Sort(ids)
	require.Len(t, slices.Compact(ids), len(document.Packages), "an identifier is there twice")
	contained := slices.DeleteFunc(document.Relationships, func(r *spdx.Relationship) bool { return r.Relationship != "CONTAINS" })
	require.Len(t, contained, len(document.Packages)-1)
	require.Contains(t, string(written), `"licenseDeclared": "MIT"`)
}

func TestAModuleWhoseLicenceIsNotKnownIsAnError(t *testing.T) {
	p := build.Program{Name: "depctl", Info: &debug.BuildInfo{Deps: []*debug.Module{{Path: "example.com/a", Version: "v1.0.0"}}}}
	_, err := Of(p, nil, nil)
	require.EqualError(t, err, "depctl holds example.com/a v1.0.0, whose licence was not looked up")
	_, err = Of(p, []licence.Module{{Path: "example.com/a", Version: "v1.0.0", Texts: []licence.Text{{Name: "LICENSE", Content: strings.ToUpper("ask us")}}}}, nil)
	require.ErrorContains(t, err, "no licence is known")
}
