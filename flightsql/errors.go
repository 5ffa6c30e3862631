package flightsql

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/angelerator/tavana/internal/pgerror"
)

// answer is statusOf for a call: when its own deadline has passed, that is what the client hears.
func answer(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	// A worker has the call's deadline too, and may be a moment before us with what it makes of it: canceled.
	const moment = 50 * time.Millisecond
	if at, ok := ctx.Deadline(); ok && time.Until(at) < moment && status.Code(statusOf(err)) == codes.Canceled {
		<-ctx.Done()
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return status.FromContextError(ctx.Err()).Err()
	}
	return statusOf(err)
}

// statusOf turns an error into what the client hears. A status passes as it is.
func statusOf(err error) error { return pgerror.ToClientStatus(err) }

func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}

func unauthenticated(format string, args ...any) error {
	return status.Errorf(codes.Unauthenticated, format, args...)
}
