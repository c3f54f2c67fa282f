package batch

import (
	"fmt"
	"strings"
)

// lsfStatus returns the status that a condition asks for, "" if it has none.
func lsfStatus(condition string) string {
	switch condition {
	case "done", "numdone":
		return "succeeded"
	case "ended", "numended":
		return "finished"
	case "exit", "numexit":
		return "failed"
	case "started":
		return "started"
	}
	return ""
}

// lsfRefusal says why a condition cannot be carried over, "" if it is not known.
func lsfRefusal(condition string) string {
	switch condition {
	case "external":
		return "Jobs have no messages; let a Job end when it is so, and wait for it"
	case "post_done", "post_err":
		return "there is nothing after the Job's own end; use done or exit"
	case "numrun", "numstart", "numpend", "numhold":
		return "elements are counted by how they ended; write --after 'started(NAME[*]) >= 5' for those that started"
	}
	return ""
}

// condition translates one condition on a job.
func (p *lsfParser) condition(name, job, argument string) (term, error) {
	status := lsfStatus(name)
	if status == "" {
		if why := lsfRefusal(name); why != "" {
			return p.wrong(why, "%s() cannot be carried over", name)
		}
		return p.wrong("the conditions are done, ended, exit, started, numdone, numended and numexit", "%q is not a condition", name)
	}
	base, bracket, hasBracket := strings.Cut(job, "[")
	index := strings.TrimSuffix(bracket, "]")
	if hasBracket && index == bracket {
		return p.wrong("", "a bracket is not closed in %q", job)
	}
	ref, err := p.reference(base, p.quoted)
	if err != nil {
		return term{}, err
	}
	counts, pattern := strings.HasPrefix(name, "num"), false
	switch {
	case argument != "" && !counts && name != "exit":
		return p.wrong("", "%s() takes one job", name)
	case counts && (argument == "" || hasBracket || isGlob(ref)):
		return p.wrong("write "+name+"(NAME, >= 5), or "+name+"(NAME, *) for all", "%s() takes an array and a number", name)
	case counts:
		return p.count(status, ref, argument)
	case isGlob(ref) && (hasBracket || strings.Trim(ref, "*?") == "" || strings.Contains(strings.TrimSuffix(ref, "*"), "*")):
		return p.wrong("", "* may only be at the end of a name, and without [ ]")
	case isGlob(ref):
		pattern = true
	case index == "*":
		if ref, err = p.lsfElements(ref); err != nil {
			return term{}, err
		}
	case hasBracket:
		if ref, err = p.element(ref, index); err != nil {
			return term{}, err
		}
	}
	keys := ""
	if argument != "" {
		if keys, err = p.codes(argument); err != nil {
			return term{}, err
		}
	}
	if pattern || hasBracket {
		return lsfCheck(status, ref, keys, pattern), nil
	}
	var terms []term
	one, several := p.namesakes(ref)
	if one != "" && several != "" {
		// Both, within || and !, would be a text that nobody reads.
		p.note(p.translation.at, "the cluster is not asked whether several Jobs were submitted as %s: the one of that name is meant", one)
		several = ""
	}
	if one != "" {
		if status == "started" && p.isArray(one) {
			one += "[*]"
		}
		terms = append(terms, lsfCheck(status, one, keys, false))
	}
	if several != "" {
		terms = append(terms, lsfCheck(status, several, keys, true))
	}
	return all(terms...), nil
}

// lsfElements returns the reference by which each element waits for the one of
// the same number.
func (p *lsfParser) lsfElements(ref string) (string, error) {
	if p.array == nil {
		p.fail(p.translation.at, "write done(NAME) for the whole array, or make this one an array", "NAME[*] is element by element, and this Job is no array")
		return "", errSaid
	}
	numbers, err := p.numbersOf(ref)
	switch {
	case err != nil:
		return "", err
	case numbers == nil:
		p.fail(p.translation.at, "", "%s is not an array", ref)
		return "", errSaid
	}
	return p.corresponding(ref, numbers)
}

// lsfCheck makes one check. A pattern means the Jobs that were made before; of
// those each must satisfy it.
func lsfCheck(status, ref, keys string, pattern bool) term {
	if pattern {
		keys += ", made=before"
		if status == "failed" {
			return check("failed(%s%s) >= 100%%", ref, keys)
		}
	}
	if status == "succeeded" && keys == "" {
		return check("%s", ref)
	}
	return check("%s(%s%s)", status, ref, keys)
}

// count makes a check on how many elements of an array there are.
func (p *lsfParser) count(status, ref, argument string) (term, error) {
	if argument == "*" {
		if status == "failed" {
			return check("failed(%s[*]) >= 100%%", ref), nil
		}
		return check("%s(%s[*])", status, ref), nil
	}
	op, n, err := p.comparison(argument)
	if err != nil {
		return term{}, err
	}
	return check("%s", fmt.Sprintf("%s(%s[*]) %s %d", status, ref, op, n)), nil
}
