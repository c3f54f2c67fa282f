package lint

import (
	"net/url"
	"path/filepath"
	"slices"

	"depctl.dev/cli/internal/manifest"
)

// sarif is a SARIF 2.1.0 log with one run, as far as findings need it.
type sarif struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	PhysicalLocation *sarifPlace   `json:"physicalLocation,omitempty"`
	LogicalLocations []sarifObject `json:"logicalLocations,omitempty"`
}

// sarifObject is a Job of a cluster, which is in no file.
type sarifObject struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
}

type sarifPlace struct {
	ArtifactLocation sarifArtifact `json:"artifactLocation"`
	Region           sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

// newSARIF returns findings as SARIF, with the rules that they break.
func newSARIF(findings []manifest.Finding, version string) sarif {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "depctl", Version: version, Rules: []sarifRule{}}
	driver := &run.Tool.Driver
	for _, f := range manifest.FindingsJSON(findings) {
		rule := slices.IndexFunc(driver.Rules, func(r sarifRule) bool { return r.ID == f.Code })
		if rule < 0 {
			rule = len(driver.Rules)
			driver.Rules = append(driver.Rules, sarifRule{f.Code, sarifText{describe(f.Code)}})
		}
		text := f.Message
		if f.Hint != "" {
			text += "; " + f.Hint
		}
		location := sarifLocation{PhysicalLocation: &sarifPlace{
			sarifArtifact{fileURI(f.File)},
			sarifRegion{f.Line, f.Column, f.EndLine, f.EndColumn},
		}}
		if f.Line == 0 {
			location = sarifLocation{LogicalLocations: []sarifObject{{f.File}}}
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: f.Code, RuleIndex: rule, Level: f.Severity, Message: sarifText{text},
			Locations: []sarifLocation{location},
		})
	}
	return sarif{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}

func fileURI(name string) string {
	u := url.URL{Path: filepath.ToSlash(name)}
	if filepath.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}
