package pgwire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/internal/pgerror"
)

// COPY from the client:
//
//	backend   CopyInResponse                                     CommandComplete | ErrorResponse
//	frontend                   CopyData … CopyDone | CopyFail
//
// Sync and Flush in between are left out, as PostgreSQL does: libpq sends a Sync before it knows of the COPY. What comes
// after an error, up to CopyDone or CopyFail, is dropped by the conversation.

func (c *conn) copyIn(p *session.Portal) (err error) {
	ctx, cancel := context.WithCancelCause(c.srv.base)
	defer cancel(nil)
	c.running.set(cancel, false)
	defer c.running.set(nil, false)
	in, err := c.s.CopyIn(ctx, p.Statement)
	if err != nil {
		return err
	}
	defer func() { in.Close(err) }()
	dec, err := pgenc.NewCopyDecoder(in.Copy.Table.Name, in.Target, in.Copy.CopyOptions, in.Write)
	if err != nil {
		return err
	}
	defer dec.Release()
	in.Casts = dec.Casts()
	format, codes := copyFormats(in.Copy.CopyOptions, in.Target.NumFields())
	c.send(&pgproto3.CopyInResponse{OverallFormat: format, ColumnFormatCodes: codes})
	if err := c.flush(); err != nil {
		return err
	}
	if err := c.receiveCopy(in.Context(), dec); err != nil {
		return err
	}
	rows, err := in.Finish()
	if err != nil {
		return err
	}
	c.send(&pgproto3.CommandComplete{CommandTag: []byte("COPY " + strconv.FormatUint(rows, 10))})
	return nil
}

// receiveCopy feeds dec until the client says that it is done.
func (c *conn) receiveCopy(ctx context.Context, dec *pgenc.CopyDecoder) error {
	for {
		if err := c.awaitMessage(ctx); err != nil {
			return err
		}
		typ, body, err := c.next()
		if err != nil {
			return err
		}
		switch typ {
		case 'd':
			if err := dec.Feed(body); err != nil {
				return err
			}
		case 'c':
			return dec.End()
		case 'f':
			var m pgproto3.CopyFail
			if err := m.Decode(body); err != nil {
				return pgerror.New(pgerror.ProtocolViolation, "invalid message format")
			}
			return dec.Failed(pgerror.Newf(pgerror.QueryCanceled, "COPY from stdin failed: %s", m.Message))
		case 'H', 'S':
		case 'X':
			return errGone
		default:
			err := pgerror.Newf(pgerror.ProtocolViolation, "unexpected message type 0x%02X during COPY from stdin", typ)
			c.sendError(dec.Failed(err), "ERROR")
			return errLostSync
		}
	}
}

// awaitMessage waits until a message begins, or until ctx ends.
func (c *conn) awaitMessage(ctx context.Context) error {
	const head = 5
	if c.in.r.Buffered() < head {
		woken := make(chan struct{})
		stop := context.AfterFunc(ctx, func() { c.interrupt(); close(woken) })
		_, err := c.in.r.Peek(head)
		if !stop() {
			<-woken
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%w: %w", errGone, err)
		}
		if ctx.Err() != nil {
			_ = c.raw.SetReadDeadline(time.Time{})
		}
	}
	return pgerror.FromContext(ctx)
}

var errLostSync = pgerror.New(pgerror.ProtocolViolation, "terminating connection because protocol synchronization was lost")
