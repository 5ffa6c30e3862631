// Package pgerror is the one road by which a failure reaches a client: a SQLSTATE is attached where the failure is
// understood (New, WithCode), travels through any number of wrappings, crosses gRPC as a typed detail (ToStatus,
// FromStatus), and is flattened into the fields of an ErrorResponse in one place (Flatten).
//
// Invariants: every error has a code (XX000 where nobody attached one); the text of an error is never read to find its
// code; a cancellation carries its reason as context.Cause.
package pgerror

import (
	"context"
	"errors"
	"fmt"
)

// Error is a failure in PostgreSQL's terms. It is a value: functions that add to one return a copy.
type Error struct {
	Code    Code
	Message string
	Detail  string
	Hint    string
	// Where is PostgreSQL's CONTEXT, such as the line of a COPY.
	Where string
	// Position in the statement, in bytes from 1; 0 where there is none.
	Position int
	// Retryable: no row was sent and nothing changed, so the same statement may be run again elsewhere.
	Retryable bool
	// NoRoom: a worker's memory ledger could not grant what was asked. Said before any work.
	NoRoom bool

	cause error
}

// Error returns the message alone, as a client sees it.
func (e *Error) Error() string { return e.Message }

// Unwrap returns what WithCode wrapped, or nil.
func (e *Error) Unwrap() error { return e.cause }

// New returns an error with a code and a message for the client.
func New(code Code, msg string) *Error { return &Error{Code: code, Message: msg} }

// Newf is New with a format.
func Newf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// WithCode gives err a code and keeps its text and its chain. A nil err stays nil.
func WithCode(err error, code Code) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Message: err.Error(), cause: err}
}

// WithHint returns a copy of e with a hint.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// WithDetail returns a copy of e with a detail.
func (e *Error) WithDetail(format string, args ...any) *Error {
	c := *e
	c.Detail = fmt.Sprintf(format, args...)
	return &c
}

// In returns a copy of e with a context.
func (e *Error) In(format string, args ...any) *Error {
	c := *e
	c.Where = fmt.Sprintf(format, args...)
	return &c
}

// At returns a copy of e that points at a byte of the statement, from 1.
func (e *Error) At(position int) *Error {
	c := *e
	c.Position = position
	return &c
}

// Canceled is the cause that a client's cancel request gives to a context.
var Canceled = New(QueryCanceled, "canceling statement due to user request")

// Flatten turns any error into the fields a client gets: the first Error of the chain, a context's cancellation as
// 57014, anything else as XX000 with its text. Flatten(nil) is nil.
func Flatten(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded):
		return New(QueryCanceled, "canceling statement due to timeout")
	case errors.Is(err, context.Canceled):
		return Canceled
	}
	return New(InternalError, err.Error())
}

// CodeOf returns the code that Flatten finds; SuccessfulCompletion for nil.
func CodeOf(err error) Code {
	if err == nil {
		return SuccessfulCompletion
	}
	return Flatten(err).Code
}

// FromContext returns why ctx ended, with its code: the cause given to it, or 57014. It returns nil while ctx lives.
func FromContext(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return Flatten(context.Cause(ctx))
}
