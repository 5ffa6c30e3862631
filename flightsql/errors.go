package flightsql

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/angelerator/tavana/internal/pgerror"
)

// errorDomain is the domain of the ErrorInfo of every failed call; its reason is the SQLSTATE.
const errorDomain = "tavana"

// answer is statusOf for a call: when its own deadline has passed, that is what the client hears.
func answer(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return status.FromContextError(ctx.Err()).Err()
	}
	return statusOf(err)
}

// statusOf turns an error into what the client hears: the nearest gRPC code, a message with the hint, and an ErrorInfo with
// PostgreSQL's fields. A status passes as it is.
func statusOf(err error) error {
	if err == nil {
		return nil
	}
	if st, ok := status.FromError(err); ok {
		return st.Err()
	}
	e := pgerror.Flatten(err)
	code := pgerror.GRPCCode(e)
	if e.Code == pgerror.QueryCanceled && (strings.Contains(e.Message, "timeout") || strings.Contains(e.Message, "waited too long")) {
		code = codes.DeadlineExceeded
	}
	text := e.Message
	for _, more := range []string{e.Detail, e.Hint} {
		if more != "" {
			text += "\n" + more
		}
	}
	const most = 600 // it travels in HTTP/2 trailers, several times, and Java takes 8 KiB of those
	st := status.New(code, "["+string(e.Code)+"] "+pgerror.Short(text, most))
	fields := map[string]string{"sqlstate": string(e.Code), "message": pgerror.Short(e.Message, most)}
	if e.Detail != "" {
		fields["detail"] = pgerror.Short(e.Detail, most)
	}
	if e.Hint != "" {
		fields["hint"] = pgerror.Short(e.Hint, most)
	}
	if e.Position > 0 {
		fields["position"] = strconv.Itoa(e.Position)
	}
	if full, err := st.WithDetails(&errdetails.ErrorInfo{Reason: string(e.Code), Domain: errorDomain, Metadata: fields}); err == nil {
		st = full
	}
	return st.Err()
}

func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}

func unauthenticated(format string, args ...any) error {
	return status.Errorf(codes.Unauthenticated, format, args...)
}
