package crontab

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// job is a line that runs something.
type job struct {
	schedule, user, command, input string
}

// macros are short for a schedule that Kubernetes knows by the same name, or by another.
var macros = map[string]string{
	"@yearly": "@yearly", "@annually": "@annually", "@monthly": "@monthly", "@weekly": "@weekly", "@daily": "@daily",
	"@midnight": "@midnight", "@hourly": "@hourly", "@every_minute": "* * * * *",
}

var assignment = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*|"[^"]*"|'[^']*')\s*=\s*(.*)$`)

// readAssignment reads NAME = value.
func readAssignment(line string) (name, value string, ok bool) {
	m := assignment.FindStringSubmatch(line)
	if m == nil {
		return "", "", false
	}
	return unquote(m[1]), unquote(strings.TrimSpace(m[2])), true
}

func unquote(text string) string {
	if len(text) >= 2 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		return text[1 : len(text)-1]
	}
	return text
}

// readJob reads a line with a schedule, of a system's crontab with a user behind it.
func readJob(line string, system bool) (job, error) {
	line = strings.TrimPrefix(line, "-") // of cronie: do not log it
	var j job
	rest := line
	if strings.HasPrefix(line, "@") {
		word, after := field(line)
		schedule, known := macros[strings.ToLower(word)]
		switch {
		case strings.EqualFold(word, "@reboot"):
			return j, errors.New("@reboot: nothing here starts with a machine: a Deployment runs all the time, and a Job once")
		case !known:
			return j, fmt.Errorf("%s is no schedule that is known here", word)
		}
		j.schedule, rest = schedule, after
	} else {
		var fields []string
		for range 5 {
			word, after := field(rest)
			fields, rest = append(fields, word), after
		}
		schedule, err := readSchedule(fields)
		if err != nil {
			return j, err
		}
		j.schedule = schedule
	}
	if system {
		j.user, rest = field(rest)
	}
	j.command, j.input = splitInput(strings.TrimSpace(rest))
	if j.command == "" {
		return j, errors.New("there is no command behind the schedule")
	}
	return j, nil
}

func field(text string) (word, rest string) {
	text = strings.TrimLeft(text, " \t")
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		return text[:i], strings.TrimLeft(text[i:], " \t")
	}
	return text, ""
}

// readSchedule returns five fields as Kubernetes takes them: Sunday is 0 there, and never 7.
func readSchedule(fields []string) (string, error) {
	for _, text := range fields {
		switch {
		case text == "":
			return "", errors.New("a schedule has five fields")
		case strings.Contains(text, "~"):
			return "", fmt.Errorf("%s: a random time cannot be carried: choose one", text)
		}
	}
	day, weekday := fields[2], fields[4]
	if stepped(day) && weekday != "*" || stepped(weekday) && day != "*" {
		return "", fmt.Errorf("%q and %q: cron runs it on days that are both, and Kubernetes on days that are either: write the days as a list", day, weekday)
	}
	var err error
	if fields[4], err = sundays(weekday); err != nil {
		return "", err
	}
	return strings.Join(fields, " "), nil
}

func stepped(text string) bool { return strings.HasPrefix(text, "*/") && text != "*/1" }

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// sundays writes 7 as 0, also at the end of a range.
func sundays(text string) (string, error) {
	if !strings.Contains(text, "7") && !strings.Contains(strings.ToLower(text), "-sun") {
		return text, nil
	}
	var all []string
	for part := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		first, last, ranged := strings.Cut(span, "-")
		switch {
		case !ranged && first == "7":
			all = append(all, "0")
		case !ranged || last != "7" && !strings.EqualFold(last, "sun"):
			all = append(all, part)
		default:
			from := slices.Index(dayNames, strings.ToLower(first))
			if from < 0 {
				n, err := strconv.Atoi(first)
				if err != nil {
					return "", fmt.Errorf("%q is no day of the week", first)
				}
				from = n % 7
			}
			by := 1
			if stepped {
				n, err := strconv.Atoi(step)
				if err != nil || n < 1 {
					return "", fmt.Errorf("%q is no step", step)
				}
				by = n
			}
			for day := from; day <= 7; day += by {
				all = append(all, strconv.Itoa(day%7))
			}
		}
	}
	return strings.Join(all, ","), nil
}

// splitInput splits a command at the first "%" without a backslash. What is behind it is the
// standard input, in which each further one is a line break.
func splitInput(text string) (command, input string) {
	parts := []string{""}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text) && text[i+1] == '%':
			parts[len(parts)-1] += "%"
			i++
		case text[i] == '%':
			parts = append(parts, "")
		default:
			parts[len(parts)-1] += text[i : i+1]
		}
	}
	if len(parts) == 1 {
		return strings.TrimSpace(parts[0]), ""
	}
	return strings.TrimSpace(parts[0]), strings.Join(parts[1:], "\n") + "\n"
}
