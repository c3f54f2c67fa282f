package get

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"k8s.io/client-go/util/jsonpath"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/listing"
)

// order is that of --sort-by. Its values are compared as numbers where they are some, and
// else as texts; times in UTC have the order of their texts.
type order struct {
	field string
	path  *jsonpath.JSONPath
}

// newOrder returns nil for no field.
func newOrder(field string) (*order, error) {
	if field == "" {
		return nil, nil
	}
	path, err := fieldPath("--sort-by", field)
	return &order{field, path}, err
}

// sort sorts rows. Those without the field come first; one that none has is a mistake.
func (o *order) sort(rows []listing.Row) error {
	type keyed struct {
		row  listing.Row
		text string
	}
	found, all := false, make([]keyed, len(rows))
	for i, r := range rows {
		object, err := generic(itemOf(r))
		if err != nil {
			return err
		}
		values, err := valuesOf(o.path, object)
		if err != nil {
			return err
		}
		found = found || len(values) > 0
		all[i] = keyed{r, strings.Join(values, ",")}
	}
	if !found && len(rows) > 0 {
		return command.UsageErrorf("--sort-by: no Job here has a field %s; there are: %s", o.field, fieldList())
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return compare(a.text, b.text) })
	for i := range all {
		rows[i] = all[i].row
	}
	return nil
}

func compare(a, b string) int {
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err == nil && err2 == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}
