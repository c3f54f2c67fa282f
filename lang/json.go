package lang

import (
	"bytes"
	"encoding/json"
	"time"
)

// encode returns the JSON of value with ">=" as it is and not for HTML. Around
// it, json.Marshal would escape that again: an Encoder can leave it.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// MarshalJSON returns the tree of e: a node is {"all": [...]}, {"any": [...]},
// {"not": {...}} or a check, each with its "span".
func (e *Expr) MarshalJSON() ([]byte, error) { return encode(e.tree()) }

// MarshalJSON returns {"all": terms, "span": ...}.
func (a *All) MarshalJSON() ([]byte, error) {
	return encode(struct {
		All  []Node `json:"all"`
		Span Span   `json:"span"`
	}{a.Terms, a.span})
}

// MarshalJSON returns {"any": terms, "span": ...}.
func (a *Any) MarshalJSON() ([]byte, error) {
	return encode(struct {
		Any  []Node `json:"any"`
		Span Span   `json:"span"`
	}{a.Terms, a.span})
}

// MarshalJSON returns {"not": term, "span": ...}.
func (n *Not) MarshalJSON() ([]byte, error) {
	return encode(struct {
		Not  Node `json:"not"`
		Span Span `json:"span"`
	}{n.Term, n.span})
}

// MarshalJSON returns the check with what it has of "targets", "reason",
// "code", "result", "condition", "made", "compare", "delay" and "at".
func (c *Check) MarshalJSON() ([]byte, error) {
	made, delay, at := "", "", ""
	if c.Before {
		made = "before"
	}
	if c.Delay > 0 {
		delay = formatDuration(c.Delay)
	}
	if c.Status == StatusTime {
		at = c.At.Format(time.RFC3339Nano)
	}
	return encode(struct {
		Status  Status      `json:"status"`
		Targets []Target    `json:"targets,omitempty"`
		Reasons []string    `json:"reason,omitempty"`
		Codes   []CodeRange `json:"code,omitempty"`
		Results []string    `json:"result,omitempty"`
		Cond    string      `json:"condition,omitempty"`
		Made    string      `json:"made,omitempty"`
		Compare *Comparison `json:"compare,omitempty"`
		Delay   string      `json:"delay,omitempty"`
		At      string      `json:"at,omitempty"`
		Span    Span        `json:"span"`
	}{c.Status, c.Targets, c.Reasons, c.Codes, c.Results, c.Condition, made, c.Compare, delay, at, c.span})
}

// MarshalJSON returns {"kind", "namespace", "name"}, {"self": true} or
// {"wholeRun": true}, with "run" and "indexes" as they are written, if any.
func (t Target) MarshalJSON() ([]byte, error) {
	elements := ""
	if t.Elements != nil {
		elements = t.Elements.String()
	}
	if t.WholeRun {
		return encode(struct {
			WholeRun bool   `json:"wholeRun"`
			Run      string `json:"run,omitempty"`
			Span     Span   `json:"span"`
		}{true, t.Ref.Run, t.Span})
	}
	return encode(struct {
		Self      bool   `json:"self,omitempty"`
		Kind      string `json:"kind,omitempty"`
		Namespace string `json:"namespace,omitempty"`
		Name      string `json:"name,omitempty"`
		Run       string `json:"run,omitempty"`
		Indexes   string `json:"indexes,omitempty"`
		Span      Span   `json:"span"`
	}{t.Self, t.Ref.Kind, t.Ref.Namespace, t.Ref.Name, t.Ref.Run, elements, t.Span})
}
