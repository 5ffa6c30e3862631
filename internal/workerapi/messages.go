package workerapi

import (
	"errors"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// messages reads Arrow IPC messages out of frames: it is the ipc.MessageReader of the streams of both directions.
type messages struct {
	next func() (*Frame, error)
	// last is the frame of the message read last; kept are the frames of dictionaries, which every later batch may use.
	last *Frame
	kept []*Frame
}

// Message implements ipc.MessageReader.
func (m *messages) Message() (*ipc.Message, error) {
	m.releaseLast()
	f, err := m.next()
	if err != nil {
		return nil, err
	}
	var body []byte
	if len(f.Body) > 0 {
		body = f.Body[0]
	}
	if len(f.Header) < 8 {
		f.Release()
		return nil, errors.New("message without a header")
	}
	msg := ipc.NewMessage(memory.NewBufferBytes(f.Header), memory.NewBufferBytes(body))
	if msg.Type() == ipc.MessageDictionaryBatch {
		m.kept = append(m.kept, f)
	} else {
		m.last = f
	}
	return msg, nil
}

// batch returns what r, the reader of these messages, has just read. The caller releases it.
func (m *messages) batch(r *ipc.Reader) *Batch {
	rec := r.RecordBatch()
	rec.Retain()
	b := &Batch{RecordBatch: rec, frame: m.last}
	m.last = nil
	return b
}

func (m *messages) releaseLast() {
	if m.last != nil {
		m.last.Release()
		m.last = nil
	}
}

// free gives back all frames.
func (m *messages) free() {
	m.releaseLast()
	for _, f := range m.kept {
		f.Release()
	}
	m.kept = nil
}

// Retain and Release implement ipc.MessageReader; who has the messages owns them.
func (m *messages) Retain() {}

// Release implements ipc.MessageReader.
func (m *messages) Release() {}
