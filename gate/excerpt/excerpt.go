package excerpt

import (
	"errors"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// errMalformed says that bytes are no message. Whoever decodes them says what is wrong.
var errMalformed = errors.New("malformed")

// appendTo appends what stays of the bytes of a message.
func (m *message) appendTo(to, from []byte) ([]byte, error) {
	for len(from) > 0 {
		number, kind, tag := protowire.ConsumeTag(from)
		if tag < 0 {
			return nil, errMalformed
		}
		value := protowire.ConsumeFieldValue(number, kind, from[tag:])
		if value < 0 {
			return nil, errMalformed
		}
		field := from[:tag+value]
		from = from[tag+value:]
		part, listed := m.parts[number]
		switch {
		case !listed && (len(m.only) == 0 || slices.Contains(m.only, number)), part != nil && kind != protowire.BytesType:
			to = append(to, field...)
		case part != nil:
			inner, _ := protowire.ConsumeBytes(field[tag:])
			var err error
			if to, err = part.appendField(append(to, field[:tag]...), inner); err != nil {
				return nil, err
			}
		}
	}
	return to, nil
}

// appendField appends what stays of a message that is a field of another, with its length before it.
func (m *message) appendField(to, from []byte) ([]byte, error) {
	start := len(to)
	to, err := m.appendTo(to, from)
	if err != nil {
		return nil, err
	}
	var length [10]byte
	prefix := protowire.AppendVarint(length[:0], uint64(len(to)-start))
	to = append(to, prefix...)
	copy(to[start+len(prefix):], to[start:len(to)-len(prefix)])
	copy(to[start:], prefix)
	return to, nil
}
