package pgerror

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestEveryFieldCrossesGRPC(t *testing.T) {
	in := &Error{
		Code: UndefinedTable, Message: "m", Detail: "d", Hint: "h", Position: 7, Retryable: true, NoRoom: true,
	}
	wrapped := fmt.Errorf("running: %w", in)
	out := FromStatus(ToStatus(wrapped))
	var e *Error
	if !errors.As(out, &e) || *e != *in {
		t.Errorf("came back as %+v", e)
	}
	if ToStatus(nil) != nil || FromStatus(nil) != nil {
		t.Error("no error became one")
	}
}

func TestCodesComeFromTheChain(t *testing.T) {
	reason := New(AdminShutdown, "stopping")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(reason)
	for _, c := range []struct {
		err  error
		want Code
	}{
		{nil, SuccessfulCompletion},
		{errors.New("x"), InternalError},
		{fmt.Errorf("a: %w", WithCode(errors.New("x"), DiskFull)), DiskFull},
		{context.Canceled, QueryCanceled},
		{context.DeadlineExceeded, QueryCanceled},
		{FromContext(ctx), AdminShutdown},
		{FromStatus(status.Error(codes.Unavailable, "gone")), IOError},
		{FromStatus(status.Error(codes.Canceled, "x")), QueryCanceled},
		{FromStatus(status.Error(codes.Internal, "x")), InternalError},
	} {
		if got := CodeOf(c.err); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
	if !errors.Is(FromStatus(status.Error(codes.Unavailable, "gone")), ErrWorkerLost) {
		t.Error("an unavailable worker is not a lost one")
	}
	if FromContext(context.Background()) != nil {
		t.Error("a live context has ended")
	}
}

func TestAdditionsAreCopies(t *testing.T) {
	e := New(SyntaxError, "m")
	if e.WithHint("h %d", 1).Hint != "h 1" || e.WithDetail("d").Detail != "d" || e.At(3).Position != 3 {
		t.Error("an addition is lost")
	}
	if e.Hint != "" || e.Detail != "" || e.Position != 0 {
		t.Error("the original has changed")
	}
}
