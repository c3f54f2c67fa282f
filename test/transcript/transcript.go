package transcript

import (
	"fmt"
	"regexp"
)

// Page is the text of a page.
type Page struct{ Text string }

// Block is a command in a section, behind "$ ", and what it prints, up to the end of the fence.
type Block struct {
	Section, Command, Output string
	// from and to are where the output stands.
	from, to int
}

var (
	heading = regexp.MustCompile(`(?m)^## (.*)$`)
	fence   = regexp.MustCompile("(?ms)^```console\n\\$ (.*?)\n(.*?)^```$")
)

// Blocks returns the blocks of a section, all in order.
func (p *Page) Blocks(section string) ([]Block, error) {
	var blocks []Block
	found := heading.FindAllStringSubmatchIndex(p.Text, -1)
	for i, at := range found {
		if p.Text[at[2]:at[3]] != section {
			continue
		}
		end := len(p.Text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		for _, m := range fence.FindAllStringSubmatchIndex(p.Text[at[1]:end], -1) {
			text := p.Text[at[1]:end]
			blocks = append(blocks, Block{section, text[m[2]:m[3]], text[m[4]:m[5]], at[1] + m[4], at[1] + m[5]})
		}
	}
	if len(blocks) == 0 {
		return nil, fmt.Errorf("the page has no section %q with commands", section)
	}
	return blocks, nil
}

// Sections returns the titles of the sections with commands.
func (p *Page) Sections() (titles []string) {
	for _, m := range heading.FindAllStringSubmatch(p.Text, -1) {
		if _, err := p.Blocks(m[1]); err == nil {
			titles = append(titles, m[1])
		}
	}
	return titles
}

// Replace writes what the command of a block prints into the page. Blocks that were read before
// are not those of the page any more.
func (p *Page) Replace(b Block, output string) {
	p.Text = p.Text[:b.from] + output + p.Text[b.to:]
}

// what differs from run to run, and what stands for it.
var changing = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "TIME"},
	{regexp.MustCompile(`\b(\d+[dhms])+\b`), "AGE"},
	{regexp.MustCompile(`at any time|in AGE`), "SOON"},
	{regexp.MustCompile(`dial tcp: .*`), "dial tcp"},   // as the network of the node is
	{regexp.MustCompile(`(?m)^(. version) .*$`), "$1"}, // of the programs that are tested
	{regexp.MustCompile(`\bv1\.\d+\.\d+\b`), "VERSION"},
	{regexp.MustCompile(`\b([a-z]+)-[a-z0-9]{5}\b`), "$1-POD"},
	{regexp.MustCompile(`\d+/\d+ nodes`), "NODES nodes"},
	{regexp.MustCompile(`[ \t]+`), " "},
	{regexp.MustCompile(`(?m) $`), ""},
}

// Normal returns a text without what differs from run to run: times, ages, the ends of the names
// of pods, numbers of nodes, and the width of columns.
func Normal(text string) string {
	for _, c := range changing {
		text = c.pattern.ReplaceAllString(text, c.with)
	}
	return text
}
