package manifest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNameless(t *testing.T) {
	for name, test := range map[string]struct{ message, want string }{
		"a step at the end":         {"never ran: failed(etl/load@run)", "never ran: failed(etl/load)"},
		"steps one after the other": {"etl/a@run waits for etl/b@run, which waits for etl/a@run", "etl/a waits for etl/b, which waits for etl/a"},
		"a step before a full stop": {"see etl/load@run.", "see etl/load."},
		"an element":                {"etl/load@run[3] does not exist", "etl/load[3] does not exist"},
		"the run as a whole":        {"0 of 2 steps of run run are over", "0 of 2 steps of the run are over"},
		"another run":               {"etl/load@run-2 and etl/load@run.2 of run run2", "etl/load@run-2 and etl/load@run.2 of run run2"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, Nameless(test.message)) })
	}
}
