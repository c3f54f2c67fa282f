package excerpt

import (
	"bytes"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// prefix begins each object that Kubernetes writes as protobuf; a runtime.Unknown follows.
var prefix = []byte("k8s\x00")

// serializer decodes excerpts, and does all else as the serializer that it has.
type serializer struct {
	runtime.Serializer
	messages map[string]*message
	buffers  *sync.Pool
}

func newSerializer(standard runtime.Serializer) serializer {
	return serializer{standard, messages(), &sync.Pool{New: func() any { return new([]byte) }}}
}

// Decode returns an object of what stays of the bytes. What cannot be cut is decoded as it
// is: so the error, if there is one, is that of the standard serializer.
func (s serializer) Decode(data []byte, defaults *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	body, is := bytes.CutPrefix(data, prefix)
	if !is {
		return s.Serializer.Decode(data, defaults, into)
	}
	of := s.messages[kindOf(body)]
	if of == nil {
		return s.Serializer.Decode(data, defaults, into)
	}
	buffer := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(buffer) // the standard serializer copies all that it keeps
	unknown := message{parts: map[protowire.Number]*message{2: of}}
	less, err := unknown.appendTo(append((*buffer)[:0], prefix...), body)
	if err != nil {
		return s.Serializer.Decode(data, defaults, into)
	}
	*buffer = less
	return s.Serializer.Decode(less, defaults, into)
}

// kindOf returns the apiVersion and kind of a runtime.Unknown, with a space between them; empty
// if they are not where Kubernetes writes them, which is in its first field.
func kindOf(unknown []byte) string {
	number, kind, tag := protowire.ConsumeTag(unknown)
	if tag < 0 || number != 1 || kind != protowire.BytesType {
		return ""
	}
	typeMeta, n := protowire.ConsumeBytes(unknown[tag:])
	if n < 0 {
		return ""
	}
	var found [3]string
	for len(typeMeta) > 0 {
		number, kind, tag := protowire.ConsumeTag(typeMeta)
		if tag < 0 || kind != protowire.BytesType || number < 1 || number > 2 {
			return ""
		}
		text, n := protowire.ConsumeBytes(typeMeta[tag:])
		if n < 0 {
			return ""
		}
		found[number] = string(text)
		typeMeta = typeMeta[tag+n:]
	}
	return found[1] + " " + found[2]
}
