package argo

import (
	"fmt"
	"regexp"
	"strings"
)

// token is a word of a formula.
type token struct {
	kind rune // 'n' number, 's' text in quotes, 'w' word, 'r' ref, 'o' operator
	text string
}

var (
	numberPattern = regexp.MustCompile(`^\d+(\.\d+)?`)
	wordPattern   = regexp.MustCompile(`^\.?[\p{L}_][\p{L}\p{N}_.-]*`)
	operators     = []string{"&&", "||", "==", "!=", "<=", ">=", "=~", "!~", "??", "<", ">", "!", "(", ")", "[", "]", "?", ":", ",", "+", "-", "*", "/", "%"}
)

// lex cuts a formula. Words of "when" may have "-" in them, those of expr-lang may not.
func lex(text string, dashes bool) ([]token, error) {
	var all []token
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" {
			return all, nil
		}
		if m := refPattern.FindString(text); m != "" && strings.HasPrefix(text, m) {
			all, text = append(all, token{'r', m}), text[len(m):]
			continue
		}
		if text[0] == '"' || text[0] == '\'' {
			value, rest, err := quoted(text)
			if err != nil {
				return nil, err
			}
			all, text = append(all, token{'s', value}), rest
			continue
		}
		if m := numberPattern.FindString(text); m != "" {
			all, text = append(all, token{'n', m}), text[len(m):]
			continue
		}
		if m := wordPattern.FindString(text); m != "" {
			if !dashes {
				m, _, _ = strings.Cut(m, "-")
			}
			all, text = append(all, token{'w', m}), text[len(m):]
			continue
		}
		found := false
		for _, operator := range operators {
			if strings.HasPrefix(text, operator) {
				all, text, found = append(all, token{'o', operator}), text[len(operator):], true
				break
			}
		}
		if !found {
			return nil, fmt.Errorf("%q is not understood", []rune(text)[0])
		}
	}
}

func quoted(text string) (value, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == text[0]:
			return b.String(), text[i+1:], nil
		case text[i] == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(text[i])
		}
	}
	return "", "", fmt.Errorf("the quote %c is not closed", text[0])
}
