package pgerror

import (
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// errorDomain is the domain of the ErrorInfo of every failed call; its reason is the SQLSTATE.
const errorDomain = "tavana"

// ToClientStatus turns an error into what a Flight SQL client hears: the nearest gRPC code, a message with the hint, and an
// ErrorInfo with PostgreSQL's fields. A status passes as it is.
func ToClientStatus(err error) error {
	if err == nil {
		return nil
	}
	if st, ok := status.FromError(err); ok {
		return st.Err()
	}
	e := Flatten(err)
	code := GRPCCode(e)
	if e.Code == QueryCanceled && (strings.Contains(e.Message, "timeout") || strings.Contains(e.Message, "waited too long")) {
		code = codes.DeadlineExceeded
	}
	text := e.Message
	for _, more := range []string{e.Detail, e.Hint} {
		if more != "" {
			text += "\n" + more
		}
	}
	const most = 600 // it travels in HTTP/2 trailers, several times, and Java takes 8 KiB of those
	st := status.New(code, "["+string(e.Code)+"] "+short(text, most))
	fields := map[string]string{"sqlstate": string(e.Code), "message": short(e.Message, most)}
	if e.Detail != "" {
		fields["detail"] = short(e.Detail, most)
	}
	if e.Hint != "" {
		fields["hint"] = short(e.Hint, most)
	}
	if e.Position > 0 {
		fields["position"] = strconv.Itoa(e.Position)
	}
	if full, err := st.WithDetails(&errdetails.ErrorInfo{Reason: string(e.Code), Domain: errorDomain, Metadata: fields}); err == nil {
		st = full
	}
	return st.Err()
}
