package lsf

import (
	"fmt"
	"strconv"
	"strings"

	"depctl.dev/cli/batch/request"
)

// statusOf returns the status that a condition asks for, "" if it has none.
func statusOf(condition string) string {
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

// whyRefused says why a condition cannot be carried over, "" if it is not known.
func whyRefused(condition string) string {
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
func (p *parser) condition(name, job, argument string) (request.Term, error) {
	status := statusOf(name)
	if status == "" {
		if why := whyRefused(name); why != "" {
			return p.wrong(why, "%s() cannot be carried over", name)
		}
		return p.wrong("the conditions are done, ended, exit, started, numdone, numended and numexit", "%q is not a condition", name)
	}
	base, bracket, hasBracket := strings.Cut(job, "[")
	index := strings.TrimSuffix(bracket, "]")
	if hasBracket && index == bracket {
		return p.wrong("", "a bracket is not closed in %q", job)
	}
	ref, err := p.Reference(base, p.quoted)
	if err != nil {
		return request.Term{}, err
	}
	if ref, err = p.called(ref, base, hasBracket || strings.HasPrefix(name, "num")); err != nil {
		return request.Term{}, err
	}
	counts, pattern := strings.HasPrefix(name, "num"), false
	switch {
	case argument != "" && !counts && name != "exit":
		return p.wrong("", "%s() takes one job", name)
	case counts && (argument == "" || hasBracket || request.IsGlob(ref)):
		return p.wrong("write "+name+"(NAME, >= 5), or "+name+"(NAME, *) for all", "%s() takes an array and a number", name)
	case counts:
		return p.count(status, ref, argument)
	case request.IsGlob(ref) && (hasBracket || strings.Trim(ref, "*?") == "" || strings.Contains(strings.TrimSuffix(ref, "*"), "*")):
		return p.wrong("", "* may only be at the end of a name, and without [ ]")
	case request.IsGlob(ref):
		pattern = true
	case index == "*":
		if ref, err = p.elements(ref); err != nil {
			return request.Term{}, err
		}
	case hasBracket:
		if ref, err = p.Element(ref, index); err != nil {
			return request.Term{}, err
		}
	}
	keys := ""
	if argument != "" {
		if keys, err = p.codes(argument); err != nil {
			return request.Term{}, err
		}
	}
	if pattern || hasBracket {
		return checkOf(status, ref, keys, pattern), nil
	}
	var terms []request.Term
	one, several := p.StandsFor(ref)
	if one != "" && several != "" {
		// Both, within || and !, would be a text that nobody reads.
		p.Note(p.Translation.At, "the cluster is not asked whether several Jobs were submitted as %s: the one of that name is meant", one)
		several = ""
	}
	if one != "" {
		if status == "started" && p.IsArray(one) {
			one += "[*]"
		}
		terms = append(terms, checkOf(status, one, keys, false))
	}
	if several != "" {
		terms = append(terms, checkOf(status, several, keys, true))
	}
	return request.All(terms...), nil
}

// called returns the Job that is meant by a name where the Job itself has a number: the last one that was
// submitted by it. All of them are found by StandsFor.
func (p *parser) called(ref, base string, indexed bool) (string, error) {
	if p.ID == 0 || request.IsGlob(ref) || strings.Trim(base, "0123456789") == "" && !p.quoted {
		return ref, nil
	}
	names, err := p.AllNamed(strings.Trim(ref, `"`))
	switch {
	case err != nil:
		p.Fail(p.Translation.At, "", "which Jobs are called %s is not known: %s", base, err)
		return "", request.ErrSaid
	case len(names) == 0:
		p.Fail(p.Translation.At, "name a job that was submitted, or give its number", "Invalid dependency condition: no job is called %s", base)
		return "", request.ErrSaid
	case len(names) > 1 && !indexed:
		return ref, nil
	}
	newest := names[0]
	for _, one := range names {
		if numberOf(one) > numberOf(newest) {
			newest = one
		}
	}
	return newest, nil
}

// numberOf returns the number in which the name of a Job ends.
func numberOf(name string) int64 {
	n, _ := strconv.ParseInt(name[strings.LastIndexByte(name, '-')+1:], 10, 64) // 0 of what has none
	return n
}

// elements returns the reference by which each element waits for the one of
// the same number.
func (p *parser) elements(ref string) (string, error) {
	if p.Array == nil {
		p.Fail(p.Translation.At, "write done(NAME) for the whole array, or make this one an array", "NAME[*] is element by element, and this Job is no array")
		return "", request.ErrSaid
	}
	numbers, err := p.NumbersOf(ref)
	switch {
	case err != nil:
		return "", err
	case numbers == nil:
		p.Fail(p.Translation.At, "", "%s is not an array", ref)
		return "", request.ErrSaid
	}
	return p.Corresponding(ref, numbers)
}

// checkOf makes one check. A pattern means the Jobs that were made before; of
// those each must satisfy it.
func checkOf(status, ref, keys string, pattern bool) request.Term {
	if pattern {
		keys += ", made=before"
		if status == "failed" {
			return request.Check("failed(%s%s) >= 100%%", ref, keys)
		}
	}
	if status == "succeeded" && keys == "" {
		return request.Check("%s", ref)
	}
	return request.Check("%s(%s%s)", status, ref, keys)
}

// count makes a check on how many elements of an array there are.
func (p *parser) count(status, ref, argument string) (request.Term, error) {
	if argument == "*" {
		if status == "failed" {
			return request.Check("failed(%s[*]) >= 100%%", ref), nil
		}
		return request.Check("%s(%s[*])", status, ref), nil
	}
	op, n, err := p.comparison(argument)
	if err != nil {
		return request.Term{}, err
	}
	return request.Check("%s", fmt.Sprintf("%s(%s[*]) %s %d", status, ref, op, n)), nil
}
