package manifest

// FindingJSON is an item of what "depctl lint -o json" prints. Its names are a
// promise. For a Job of a cluster File is job/NAME and the places are 0. Columns count characters from 1; the end is what follows the place.
type FindingJSON struct {
	File      string `json:"file"`
	Document  int    `json:"document"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Severity  string `json:"severity"`
	Code      string `json:"code"`
	Message   string `json:"message"`
	Hint      string `json:"hint"`
}

// FindingsJSON returns findings as they are printed.
func FindingsJSON(findings []Finding) []FindingJSON {
	list := make([]FindingJSON, len(findings)) // never null
	for i, f := range findings {
		line, column := f.Manifest.Lines.position(f.Span.Start)
		endLine, endColumn := f.Manifest.Lines.position(f.Span.End)
		if f.Manifest.Live != nil {
			line, column, endLine, endColumn = 0, 0, 0, 0
		}
		list[i] = FindingJSON{
			File: f.Manifest.Name, Document: f.Document,
			Kind: f.Kind, Namespace: f.Namespace, Name: f.Name,
			Line: line, Column: column, EndLine: endLine, EndColumn: endColumn,
			Severity: string(f.Severity), Code: string(f.Code), Message: f.Message, Hint: f.Hint,
		}
	}
	return list
}
