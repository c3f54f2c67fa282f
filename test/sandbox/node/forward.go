package node

import (
	"io"
	"net"
	"time"
)

// Forward connects whoever connects to a listener with what dial reaches, until
// the listener is closed.
func Forward(listener net.Listener, dial func() (net.Conn, error)) {
	for {
		from, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			to, err := dial()
			if err != nil {
				from.Close() // as if nobody had listened
				return
			}
			join(from, to)
		}()
	}
}

// join copies both ways until both are at their end.
func join(a, b net.Conn) {
	done := make(chan struct{})
	go func() {
		pour(a, b)
		close(done)
	}()
	pour(b, a)
	<-done
	a.Close()
	b.Close()
}

// halfOpen is how long one direction may go on after the other has ended, for
// an answer that is still on its way.
const halfOpen = 10 * time.Second

func pour(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok && err == nil {
		_ = half.CloseWrite()
		_ = to.SetReadDeadline(time.Now().Add(halfOpen))
		return
	}
	to.Close()
	from.Close()
}
