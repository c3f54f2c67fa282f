package transcript

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// Place is where the commands of a page are run.
type Place struct {
	// File is the page. It calls the namespace etl, and Namespace is the one of the test.
	File, Namespace string
	// Depctl runs depctl, and returns all that it prints.
	Depctl func(args ...string) string
	// Patience is how long a command may take until it prints what the page says.
	Patience time.Duration
	// Update writes into the page what is printed.
	Update bool
}

// Check runs the commands of a section, and returns an error for one that does not print what
// the page says, but for what differs from run to run.
func (p Place) Check(ctx context.Context, section string) error {
	text, err := os.ReadFile(p.File)
	if err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	page := &Page{Text: string(text)}
	blocks, err := page.Blocks(section)
	for i := 0; err == nil && i < len(blocks); i++ {
		if !p.Update {
			err = p.compare(ctx, blocks[i])
			continue
		}
		page.Replace(blocks[i], p.run(blocks[i]))
		if err = os.WriteFile(p.File, []byte(page.Text), 0o644); err == nil {
			blocks, err = page.Blocks(section) // those that follow have moved
		}
	}
	return err
}

func (p Place) run(b Block) string {
	args := strings.Fields(strings.ReplaceAll(b.Command, "-n etl", "-n "+p.Namespace))[1:]
	return strings.ReplaceAll(p.Depctl(args...), p.Namespace, "etl")
}

func (p Place) compare(ctx context.Context, b Block) error {
	want, raw := Normal(b.Output), ""
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, p.Patience, true, func(context.Context) (bool, error) {
		raw = p.run(b)
		return Normal(raw) == want, nil
	})
	if err != nil {
		return fmt.Errorf("%s prints\n%s\nwhich is\n%s\nand the page says\n%s: %w", b.Command, raw, Normal(raw), want, err)
	}
	return nil
}
