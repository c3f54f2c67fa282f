package slurm

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/imitation"
)

// accounts returns those that jobs may name: the namespace, and those of the site.
func (t tool) accounts() ([]string, error) {
	queue, err := t.Queue()
	if err != nil {
		return nil, err
	}
	site, err := t.Site()
	if err != nil {
		return nil, err
	}
	all := []string{queue.Namespace}
	if site != nil {
		for _, one := range site.Accounts {
			if !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	return all, nil
}

// association is a field of a list of accounts: its head, its width, and what it has.
type association struct {
	name  string
	width int
	of    func(account, user string) string
}

func associations() []association {
	empty := func(string, string) string { return "" }
	return []association{
		{"Cluster", 10, func(string, string) string { return clusterName }},
		{"Account", 10, func(account, _ string) string { return account }},
		{"User", 10, func(_, user string) string { return user }},
		{"DefaultAccount", 10, func(account, _ string) string { return account }},
		{"Partition", 10, empty},
		{"QOS", 20, func(string, string) string { return "normal" }},
		{"DefaultQOS", 9, func(string, string) string { return "normal" }},
		{"AdminLevel", 9, func(string, string) string { return "None" }},
		{"Share", 9, func(string, string) string { return "1" }},
		{"RawShares", 10, func(string, string) string { return "1" }},
		{"NormShares", 11, empty},
		{"RawUsage", 11, empty},
		{"EffectvUsage", 13, empty},
		{"FairShare", 10, func(string, string) string { return "1.000000" }},
		{"MaxJobs", 7, empty},
		{"MaxWall", 11, empty},
		{"MaxSubmit", 9, empty},
		{"GrpTRES", 13, empty},
	}
}

// sacctmgr lists accounts. It changes nothing.
func sacctmgr(_ context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "sacctmgr"}
	o := sacctOptions{delimiter: "|"}
	flags := t.flags()
	flags.BoolVarP(&o.noHeader, "noheader", "n", false, "")
	flags.BoolVarP(&o.parsable, "parsable", "p", false, "")
	flags.BoolVarP(&o.parsable2, "parsable2", "P", false, "")
	t.ignore(flags, "associations s", "immediate i", "quiet Q", "oneliner o", "readonly r", "verbose v")
	t.refuse(flags, map[string]string{"json": "say: -P", "yaml": "say: -P"})
	if done, code := t.parse(flags, args, "[OPTIONS] COMMAND"); done {
		return code
	}
	words := flags.Args()
	if len(words) < 2 || !slices.Contains([]string{"list", "show"}, strings.ToLower(words[0])) {
		return t.fail(said("accounts are not kept here\n  they are namespaces, and what depctl.yaml says: accounts; to see them: sacctmgr show associations"))
	}
	layout, user := "cluster,account,user,qos", t.Host.User
	switch entity := strings.ToLower(words[1]); {
	case strings.HasPrefix("users", entity):
		layout = "user,defaultaccount,adminlevel"
	case strings.HasPrefix("associations", entity):
	case strings.HasPrefix("accounts", entity):
		layout = "account"
	case strings.HasPrefix("clusters", entity):
		layout = "cluster"
	case entity == "qos":
		layout = "qos"
	default:
		return t.fail(said(words[1] + " are not kept here"))
	}
	for _, word := range words[2:] {
		key, value, has := strings.Cut(word, "=")
		switch key = strings.ToLower(key); {
		case !has && strings.HasPrefix("users", strings.ToLower(words[1])), key == "user", key == "users", key == "name", key == "names":
			user = value
			if !has {
				user = word
			}
		case key == "format":
			layout = value
		}
	}
	if err := t.printAssociations(&o, layout, user); err != nil {
		return t.fail(err)
	}
	return 0
}

// sshare lists accounts with their shares: each user has the same.
func sshare(_ context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "sshare"}
	o := sacctOptions{delimiter: "|"}
	flags := t.flags()
	flags.StringVarP(&o.format, "format", "o", "account,user,rawshares,normshares,rawusage,effectvusage,fairshare", "")
	flags.BoolVarP(&o.noHeader, "noheader", "n", false, "")
	flags.BoolVarP(&o.parsable, "parsable", "p", false, "")
	flags.BoolVarP(&o.parsable2, "parsable2", "P", false, "")
	t.ignore(flags, "Users U", "all a", "long l", "partition m", "verbose v")
	t.ignoreValues(flags, "users u", "user", "accounts A", "clusters M")
	if done, code := t.parse(flags, args, "[OPTIONS]"); done {
		return code
	}
	if err := t.printAssociations(&o, o.format, t.Host.User); err != nil {
		return t.fail(err)
	}
	return 0
}

func (t tool) printAssociations(o *sacctOptions, layout, user string) error {
	accounts, err := t.accounts()
	if err != nil {
		return err
	}
	type wanted struct {
		association
		width int
	}
	var columns []wanted
	for _, part := range list(layout) {
		name, width, _ := strings.Cut(part, "%")
		at := slices.IndexFunc(associations(), func(a association) bool {
			return len(name) > 2 && strings.HasPrefix(strings.ToLower(a.name), strings.ToLower(name))
		})
		if at < 0 {
			return said(fmt.Sprintf("Unknown field '%s'", name))
		}
		c := wanted{association: associations()[at]}
		c.width = c.association.width
		if n, err := strconv.Atoi(width); err == nil {
			c.width = max(n, -n)
		}
		columns = append(columns, c)
	}
	line := func(text func(wanted) string) {
		for i, c := range columns {
			value := text(c)
			switch {
			case o.parsable2 && i > 0:
				value = o.delimiter + value
			case o.parsable:
				value += o.delimiter
			case !o.parsable2:
				value = fit(value, c.width, true) + " "
			}
			t.Print("%s", value)
		}
		t.Print("\n")
	}
	if !o.noHeader {
		line(func(c wanted) string { return c.name })
		if !o.parsable && !o.parsable2 {
			line(func(c wanted) string { return strings.Repeat("-", c.width) })
		}
	}
	for _, account := range accounts {
		line(func(c wanted) string { return c.of(account, user) })
	}
	return nil
}
