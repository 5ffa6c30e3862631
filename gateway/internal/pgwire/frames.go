package pgwire

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/internal/pgerror"
)

// The largest bodies of messages, in bytes: PostgreSQL's PG_LARGE_MESSAGE_LIMIT and MAX_STARTUP_PACKET_LENGTH, and what
// an unauthenticated client may send.
const (
	maxBody     = 1<<30 - 2
	maxStartup  = 10_000
	maxAuthBody = 64 << 10
)

// frames reads a client's messages.
type frames struct {
	r *bufio.Reader
	// max is the largest body that is taken now.
	max int
	// body is reused while messages are small.
	body []byte
}

// readBuffer is enough for the messages of a usual statement; a connection keeps it while it is idle.
const readBuffer = 4 << 10

func newFrames(r io.Reader) *frames {
	return &frames{r: bufio.NewReaderSize(r, readBuffer), max: maxAuthBody}
}

// next returns the next message's type and body, which is valid until the next call.
func (f *frames) next() (typ byte, body []byte, err error) {
	head, err := f.r.Peek(5)
	if err != nil {
		return 0, nil, err
	}
	typ = head[0]
	n := int64(binary.BigEndian.Uint32(head[1:])) - 4
	if n < 0 || n > int64(f.max) {
		return 0, nil, pgerror.New(pgerror.ProtocolViolation, "invalid message length")
	}
	_, _ = f.r.Discard(5) // they are in the buffer
	body, err = f.read(int(n))
	return typ, body, err
}

// startup returns the body of a startup packet, which has no type.
func (f *frames) startup() ([]byte, error) {
	head, err := f.r.Peek(4)
	if err != nil {
		return nil, err
	}
	n := int64(binary.BigEndian.Uint32(head)) - 4
	if n < 4 || n > maxStartup {
		return nil, pgerror.New(pgerror.ProtocolViolation, "invalid length of startup packet")
	}
	_, _ = f.r.Discard(4)
	return f.read(int(n))
}

// read returns n bytes. A large body grows with what has arrived, so that a length alone costs nothing.
func (f *frames) read(n int) ([]byte, error) {
	const step = 1 << 20
	f.shrink()
	f.body = f.body[:0]
	for len(f.body) < n {
		part := min(n-len(f.body), max(step, len(f.body)))
		old := len(f.body)
		if cap(f.body)-old < part {
			grown := make([]byte, old+part)
			copy(grown, f.body)
			f.body = grown
		} else {
			f.body = f.body[:old+part]
		}
		if _, err := io.ReadFull(f.r, f.body[old:]); err != nil {
			return nil, err
		}
	}
	return f.body, nil
}

// shrink lets go of a large message's buffer.
func (f *frames) shrink() {
	const keep = 64 << 10
	if cap(f.body) > keep {
		f.body = nil
	}
}

// decode makes a message of a frame. The message may refer to body. Messages of COPY and of the function call that
// nothing here answers are nil.
func decode(typ byte, body []byte) (pgproto3.FrontendMessage, error) {
	var m pgproto3.FrontendMessage
	switch typ {
	case 'Q':
		m = &pgproto3.Query{}
	case 'P':
		m = &pgproto3.Parse{}
	case 'B':
		m = &pgproto3.Bind{}
	case 'D':
		m = &pgproto3.Describe{}
	case 'E':
		m = &pgproto3.Execute{}
	case 'C':
		m = &pgproto3.Close{}
	case 'H':
		m = &pgproto3.Flush{}
	case 'S':
		m = &pgproto3.Sync{}
	case 'X':
		m = &pgproto3.Terminate{}
	case 'd', 'c', 'f', 'F':
		return nil, nil
	default:
		return nil, pgerror.Newf(pgerror.ProtocolViolation, "invalid frontend message type %d", typ)
	}
	if err := m.Decode(body); err != nil {
		return nil, pgerror.Newf(pgerror.ProtocolViolation, "invalid message format: %s", err)
	}
	return m, nil
}
