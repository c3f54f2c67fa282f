package parse

import "depctl.dev/lang"

// parsedJSON is what "depctl parse -o json" prints. Its names are a promise.
type parsedJSON struct {
	Text  string     `json:"text"`
	Tree  *lang.Expr `json:"tree"`
	Names []nameJSON `json:"names"`
}

// nameJSON is an object or a set that an expression names.
type nameJSON struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"` // empty: that of the annotated Job
	Name      string `json:"name"`
	// Set tells that Name is a glob or a label selector.
	Set        bool   `json:"set"`
	Check      string `json:"check"`
	PerElement bool   `json:"perElement"`
}

func newParsedJSON(expr *lang.Expr) parsedJSON {
	return parsedJSON{Text: expr.String(), Tree: expr, Names: namesJSON(expr)}
}

// namesJSON returns what an expression names, in the order of its text.
func namesJSON(expr *lang.Expr) []nameJSON {
	names := []nameJSON{}
	for _, e := range expr.Edges() {
		names = append(names, nameJSON{
			Kind: e.Ref.Kind, Namespace: e.Ref.Namespace, Name: e.Ref.Name,
			Set: e.Ref.IsSet(), Check: e.Check(), PerElement: e.PerElement,
		})
	}
	return names
}

func (n nameJSON) text() string {
	return lang.Ref{Kind: n.Kind, Namespace: n.Namespace, Name: n.Name}.String()
}

func (n nameJSON) waiting() string {
	if n.PerElement {
		return "each element"
	}
	return "the Job"
}
