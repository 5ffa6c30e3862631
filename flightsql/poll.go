package flightsql

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight"
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/internal/seal"
	"github.com/angelerator/tavana/internal/workerapi"
)

// poll is a statement that PollFlightInfo has started: it waits in the queue, or has no rows yet, while its client comes back
// from time to time to ask. It belongs to its session.
type poll struct {
	cancel context.CancelFunc
	// giveUp ends a statement that nobody asks for any more. Its rows, if it has some by then, go too.
	giveUp func()
	// done is closed when info and err are set.
	done chan struct{}
	info *flight.FlightInfo
	err  error

	mu       sync.Mutex
	standing *Standing // told last; nil: it does not wait for room
}

// waits notes how the statement stands.
func (p *poll) waits(s *Standing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.standing = s
}

// waiting is what a client hears of a statement that has no rows yet, as JSON in the FlightInfo's app_metadata. It sends it
// back to cancel the statement.
type waiting struct {
	// Cancel names the statement, sealed.
	Cancel []byte `json:"cancel"`
	// Place is how many statements are in front in the queue; the times are in milliseconds. All are left out of one that does
	// not wait for room.
	Place    *int  `json:"place,omitempty"`
	Waited   int64 `json:"waited_ms,omitempty"`
	Expected int64 `json:"expected_ms,omitempty"`
	// Why says why there is no room.
	Why string `json:"why,omitempty"`
}

// now returns what a client hears, and how far the statement is: of its wait, as far as that is known.
func (p *poll) now(id []byte) (metadata []byte, progress float64) {
	w := waiting{Cancel: id}
	p.mu.Lock()
	if s := p.standing; s != nil {
		w.Place, w.Waited, w.Expected = &s.Place, s.Waited.Milliseconds(), s.Expected.Milliseconds()
		w.Why = s.Why
		if s.Expected > 0 {
			progress = float64(s.Waited) / float64(s.Waited+s.Expected)
		}
	}
	p.mu.Unlock()
	metadata, err := json.Marshal(w)
	if err != nil {
		panic(err) // of our own struct
	}
	return metadata, progress
}

// pollOf returns the poll that a client names by what it has heard; "": none.
func (h *handler) pollOf(metadata []byte) (id string) {
	var w waiting
	if json.Unmarshal(metadata, &w) != nil || h.s.seal.Open(seal.Poll, w.Cancel, &id) != nil {
		return ""
	}
	return id
}

// pollPatience is how long a call waits for a statement: most have rows sooner.
const pollPatience = time.Second

// PollFlightInfoStatement starts a statement.
func (h *handler) PollFlightInfoStatement(ctx context.Context, cmd stock.StatementQuery, desc *flight.FlightDescriptor) (*flight.PollInfo, error) {
	return h.startPoll(ctx, desc, func(ctx context.Context) (*flight.FlightInfo, error) { return h.GetFlightInfoStatement(ctx, cmd, desc) })
}

// PollFlightInfoPreparedStatement starts a prepared statement.
func (h *handler) PollFlightInfoPreparedStatement(ctx context.Context, cmd stock.PreparedStatementQuery, desc *flight.FlightDescriptor) (*flight.PollInfo, error) {
	return h.startPoll(ctx, desc, func(ctx context.Context) (*flight.FlightInfo, error) {
		return h.GetFlightInfoPreparedStatement(ctx, cmd, desc)
	})
}

func (h *handler) startPoll(ctx context.Context, desc *flight.FlightDescriptor, run func(context.Context) (*flight.FlightInfo, error)) (*flight.PollInfo, error) {
	s := of(ctx)
	id := rand.Text()
	whole, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &poll{cancel: cancel, done: make(chan struct{})}
	p.giveUp = func() { h.giveUp(p) }
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		cancel()
		return nil, unauthenticated("the session has ended")
	}
	s.polls[id] = p
	s.calls++ // the session is not idle meanwhile
	s.mu.Unlock()
	go func() {
		defer s.leave()
		defer close(p.done)
		defer cancel()
		_, p.err = safely(h.s, func() (any, error) {
			var err error
			p.info, err = run(withStanding(whole, p.waits))
			return nil, err
		})
	}()
	return h.await(ctx, s, p, id, desc, true)
}

// PollFlightInfo asks for a statement that was started before.
func (h *handler) PollFlightInfo(ctx context.Context, desc *flight.FlightDescriptor) (*flight.PollInfo, error) {
	var id string
	if h.s.seal.Open(seal.Poll, desc.GetCmd(), &id) != nil {
		return nil, invalid("this descriptor is not one that was told to be polled")
	}
	s := of(ctx)
	s.mu.Lock()
	p := s.polls[id]
	s.mu.Unlock()
	if p == nil {
		return nil, status.Error(codes.NotFound, "there is no such statement under way")
	}
	return h.await(ctx, s, p, id, desc, false)
}

// await waits a while. A statement that has ended is forgotten by that, and so is one whose first caller leaves.
func (h *handler) await(ctx context.Context, s *session, p *poll, id string, desc *flight.FlightDescriptor, first bool) (*flight.PollInfo, error) {
	patience := time.NewTimer(pollPatience)
	defer patience.Stop()
	select {
	case <-p.done:
		s.forgetPoll(id)
		if p.err != nil {
			return nil, p.err
		}
		return &flight.PollInfo{Info: p.info, Progress: proto.Float64(1)}, nil
	case <-ctx.Done():
		if first { // it has not heard what to ask for
			s.forgetPoll(id)
			p.giveUp()
		}
		return nil, status.FromContextError(ctx.Err()).Err()
	case <-patience.C:
		again := h.s.seal.Close(seal.Poll, id)
		metadata, progress := p.now(again)
		return &flight.PollInfo{
			Info:             &flight.FlightInfo{FlightDescriptor: desc, TotalRecords: -1, TotalBytes: -1, AppMetadata: metadata},
			FlightDescriptor: &flight.FlightDescriptor{Type: flight.DescriptorCMD, Cmd: again}, Progress: proto.Float64(progress),
		}, nil
	}
}

// giveUpTime is how long a worker may take to hear that rows are given up; those that it does not hear of expire.
const giveUpTime = 10 * time.Second

func (h *handler) giveUp(p *poll) {
	p.cancel()
	h.s.sessions.closing.Go(func() {
		<-p.done
		ctx, cancel := context.WithTimeout(context.Background(), giveUpTime)
		defer cancel()
		for _, e := range p.info.GetEndpoint() {
			if t := h.openTicket(workerapi.ClientTicket(e.GetTicket().GetTicket())); t != nil && !t.Whole {
				_, _ = h.s.exec.Cancel(ctx, Place{t.Worker, t.ID})
			}
		}
	})
}

// forgetPoll takes a poll out of the session, and returns it; nil: there is none of that id.
func (s *session) forgetPoll(id string) *poll {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.polls[id]
	delete(s.polls, id)
	return p
}
