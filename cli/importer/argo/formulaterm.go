package argo

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"depctl.dev/cli/importer/output"
)

func (p *parser) sum() (value, error) {
	v, err := p.term()
	for err == nil {
		operator := p.next("+", "-", "*", "/", "%", "??")
		if operator == "" {
			break
		}
		var w value
		if w, err = p.term(); err != nil {
			break
		}
		if operator == "??" {
			continue // what is there is not nil
		}
		if err = v2err(v, w); err != nil {
			break
		}
		v, err = calculate(operator, v.text, w.text)
	}
	return v, err
}

func calculate(operator, a, b string) (value, error) {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX != nil || errY != nil {
		if operator == "+" {
			return value{text: a + b}, nil
		}
		return value{}, fmt.Errorf("%q and %q are not both numbers", a, b)
	}
	switch operator {
	case "+":
		x += y
	case "-":
		x -= y
	case "*":
		x *= y
	case "/":
		x /= y
	default:
		x = math.Mod(x, y)
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return value{}, errors.New("it divides by 0")
	}
	return value{text: strconv.FormatFloat(x, 'f', -1, 64)}, nil
}

func (p *parser) term() (value, error) {
	if p.depth++; p.depth > maxDepth {
		return value{}, errors.New("it is nested too deep")
	}
	defer func() { p.depth-- }()
	switch {
	case p.next("!") != "":
		v, err := p.term()
		if err != nil {
			return v, err
		}
		e, err := v.truth()
		if err != nil {
			return v, err
		}
		return conditionValue(output.Not(e)), nil
	case p.next("-") != "":
		v, err := p.term()
		if err == nil {
			err = v.static()
		}
		if err != nil {
			return v, err
		}
		return calculate("-", "0", v.text)
	case p.next("(") != "":
		v, err := p.ternary()
		if err == nil && p.next(")") == "" {
			err = errors.New(`there is no ")"`)
		}
		return v, err
	}
	if len(p.tokens) == 0 {
		return value{}, errors.New("it ends too early")
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	switch t.kind {
	case 'r':
		refs := p.w.refsIn(t.text)
		if len(refs) == 0 {
			return value{}, errors.New("a character that no text has")
		}
		return value{ref: &refs[0]}, nil
	case 'n', 's':
		return p.textOrRef(t.text)
	case 'w':
		return p.word(t.text)
	}
	return value{}, fmt.Errorf("%q is not understood here", t.text)
}

// textOrRef returns a text, or the ref that is all of it.
func (p *parser) textOrRef(text string) (value, error) {
	refs := p.w.refsIn(text)
	switch {
	case len(refs) == 1 && refPattern.FindString(text) == text:
		return value{ref: &refs[0]}, nil
	case len(refs) > 0:
		return value{}, errors.New("a value that is known only when a Job has run stands inside of a text")
	}
	return value{text: text}, nil
}

// word reads a name: of a variable or function in expr-lang, a text in "when".
func (p *parser) word(name string) (value, error) {
	if p.when {
		for len(p.tokens) > 0 && p.tokens[0].kind == 'w' {
			name += " " + p.tokens[0].text
			p.tokens = p.tokens[1:]
		}
		return value{text: name}, nil
	}
	switch name {
	case "true", "false":
		return value{text: name}, nil
	case "jsonpath", "asInt", "asFloat", "string", "toJson", "int", "float":
		return p.function(name)
	}
	for p.next("[") != "" { // workflow.parameters["name"]
		if len(p.tokens) < 2 || p.tokens[0].kind != 's' {
			return value{}, errors.New("only a text in quotes is understood between [ and ]")
		}
		name += "." + p.tokens[0].text
		p.tokens = p.tokens[1:]
		if p.next("]") == "" {
			return value{}, errors.New(`there is no "]"`)
		}
		if len(p.tokens) > 0 && p.tokens[0].kind == 'w' && p.tokens[0].text[0] == '.' {
			name += p.tokens[0].text
			p.tokens = p.tokens[1:]
		}
	}
	if name == "workflow.parameters.json" || name == "workflow.parameters" {
		return value{text: p.w.parametersJSON()}, nil
	}
	if text, ok := p.values[name]; ok {
		return p.textOrRef(text)
	}
	if text, ok := p.output(name, output.Place{}); ok {
		return p.textOrRef(text)
	}
	return value{}, fmt.Errorf("%s is not known here", name)
}

func (p *parser) function(name string) (value, error) {
	if p.next("(") == "" {
		return value{}, fmt.Errorf("%s is a function", name)
	}
	var args []string
	for p.next(")") == "" {
		v, err := p.ternary()
		if err == nil {
			err = v.static()
		}
		if err != nil {
			return value{}, err
		}
		args = append(args, v.text)
		if p.next(",") == "" && (len(p.tokens) == 0 || p.tokens[0].text != ")") {
			return value{}, errors.New(`there is no ")"`)
		}
	}
	switch {
	case name == "jsonpath" && len(args) == 2:
		return jsonPath(args[0], args[1])
	case name == "jsonpath" || len(args) != 1:
		return value{}, fmt.Errorf("%s takes other arguments", name)
	case name == "asInt" || name == "int":
		n, err := strconv.ParseFloat(args[0], 64)
		if err != nil {
			return value{}, fmt.Errorf("%q is no number", args[0])
		}
		return value{text: strconv.FormatFloat(math.Trunc(n), 'f', -1, 64)}, nil
	}
	return value{text: args[0]}, nil
}

// jsonPath follows a path such as $.a[0].b.
func jsonPath(text, path string) (value, error) {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return value{}, fmt.Errorf("%q is not JSON", text)
	}
	path = strings.TrimPrefix(path, "$")
	for _, key := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch inner := v.(type) {
		case map[string]any:
			v = inner[strings.Trim(key, `'"`)]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(inner) {
				return value{}, fmt.Errorf("the JSON has no %q", path)
			}
			v = inner[i]
		default:
			v = nil
		}
	}
	switch v := v.(type) {
	case nil:
		return value{}, fmt.Errorf("the JSON has no %q", path)
	case string:
		return value{text: v}, nil
	}
	out, err := json.Marshal(v)
	return value{text: string(out)}, err
}
