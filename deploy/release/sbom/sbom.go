package sbom

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"

	"depctl.dev/deploy/image/build"
	"depctl.dev/deploy/release/licence"
)

// Of returns the document of a program. The modules say under which licences they are; others that are in the
// program, as packages of npm, are added.
func Of(p build.Program, modules, others []licence.Module) ([]byte, error) {
	licences := map[string]string{}
	for _, m := range modules {
		expression, err := m.Expression()
		if err != nil {
			return nil, err
		}
		licences[m.Path+"@"+m.Version] = expression
	}
	sum := sha256.Sum256(p.Content)
	digest := hex.EncodeToString(sum[:])
	name := fmt.Sprintf("%s_%s_%s_%s", p.Name, p.Version, p.Platform.OS, p.Platform.Architecture)
	program := element(p.Name, p.Version, "Apache-2.0")
	program.PackageChecksums = []common.Checksum{{Algorithm: common.SHA256, Value: digest}}
	program.PrimaryPackagePurpose = "APPLICATION"
	program.PackageSourceInfo = fmt.Sprintf("commit %s, for %s", p.Commit, p.Platform)
	document := v2_3.Document{
		SPDXVersion: v2_3.Version, DataLicense: v2_3.DataLicense, SPDXIdentifier: "DOCUMENT", DocumentName: name,
		DocumentNamespace: "https://depctl.dev/spdx/" + name + "-" + digest,
		CreationInfo: &v2_3.CreationInfo{
			Creators: []common.Creator{{CreatorType: "Tool", Creator: "depctl.dev/deploy/release"}},
			Created:  p.Made.UTC().Format(time.RFC3339),
		},
	}
	add := func(e *v2_3.Package) {
		document.Packages = append(document.Packages, e)
		document.Relationships = append(document.Relationships, &v2_3.Relationship{
			RefA: common.MakeDocElementID("", string(program.PackageSPDXIdentifier)), RefB: common.MakeDocElementID("", string(e.PackageSPDXIdentifier)), Relationship: "CONTAINS",
		})
	}
	document.Packages = append(document.Packages, program)
	document.Relationships = append(document.Relationships, &v2_3.Relationship{
		RefA: common.MakeDocElementID("", "DOCUMENT"), RefB: common.MakeDocElementID("", string(program.PackageSPDXIdentifier)), Relationship: "DESCRIBES",
	})
	add(withURL(element("std", p.Info.GoVersion, "BSD-3-Clause"), "golang/std@"+strings.TrimPrefix(p.Info.GoVersion, "go")))
	for _, dependency := range p.Info.Deps {
		m := *dependency
		if m.Replace != nil {
			m = debug.Module{Path: m.Path, Version: m.Replace.Version, Sum: m.Replace.Sum}
		}
		if m.Path == "depctl.dev" || strings.HasPrefix(m.Path, "depctl.dev/") {
			continue
		}
		expression, ok := licences[m.Path+"@"+m.Version]
		if !ok {
			return nil, fmt.Errorf("%s holds %s %s, whose licence was not looked up", p.Name, m.Path, m.Version)
		}
		e := withURL(element(m.Path, m.Version, expression), "golang/"+m.Path+"@"+m.Version)
		e.PackageSourceInfo = m.Sum
		add(e)
	}
	for _, m := range others {
		expression, err := m.Expression()
		if err != nil {
			return nil, err
		}
		add(withURL(element(m.Path, m.Version, expression), "npm/"+strings.Replace(m.Path, "@", "%40", 1)+"@"+m.Version))
	}
	var text bytes.Buffer
	if err := json.Write(&document, &text, json.Indent("  ")); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

// outside are the characters that an identifier of SPDX may not have.
var outside = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

func element(name, version, expression string) *v2_3.Package {
	return &v2_3.Package{
		PackageName: name, PackageVersion: version,
		PackageSPDXIdentifier:   common.ElementID("Package-" + outside.ReplaceAllString(name+"-"+version, "-")),
		PackageDownloadLocation: "NOASSERTION",
		PackageLicenseConcluded: "NOASSERTION", PackageLicenseDeclared: expression,
		PackageCopyrightText: "NOASSERTION",
	}
}

// withURL gives a package the name by which databases of vulnerabilities know it.
func withURL(p *v2_3.Package, url string) *v2_3.Package {
	p.PackageExternalReferences = []*v2_3.PackageExternalReference{{Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL, Locator: "pkg:" + url}}
	return p
}
