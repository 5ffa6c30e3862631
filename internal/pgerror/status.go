package pgerror

import (
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// ToStatus turns err into a gRPC status error that carries every field as an ErrorDetail. ToStatus(nil) is nil.
func ToStatus(err error) error {
	if err == nil {
		return nil
	}
	e := Flatten(err)
	st := status.New(GRPCCode(e), short(e.Message, 200))
	withDetail, derr := st.WithDetails(&workerpb.ErrorDetail{
		Sqlstate: string(e.Code), Message: short(e.Message, maxText), Detail: short(e.Detail, maxText), Hint: short(e.Hint, maxText),
		Position: uint32(max(e.Position, 0)), Retryable: e.Retryable, NoRoom: e.NoRoom,
	})
	if derr != nil {
		return st.Err()
	}
	return withDetail.Err()
}

// maxText bounds each text of an error that crosses gRPC, in bytes. It travels in HTTP/2 trailers, whose size ends not the
// call but the connection: a failed cast names its value, which may have megabytes.
const maxText = 4 << 10

// short cuts a text to about so many bytes.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + " …"
}

// FromStatus turns what a gRPC call failed with back into an Error. A status without an ErrorDetail comes from gRPC
// itself: a lost connection is 58030 and retryable (the caller knows whether rows were sent), cancellation is 57014.
// FromStatus(nil) is nil.
func FromStatus(err error) error {
	if err == nil {
		return nil
	}
	st, ok := status.FromError(err)
	if !ok {
		return err
	}
	for _, d := range st.Details() {
		if d, ok := d.(*workerpb.ErrorDetail); ok {
			return &Error{
				Code: Code(d.Sqlstate), Message: d.Message, Detail: d.Detail, Hint: d.Hint,
				Position: int(d.Position), Retryable: d.Retryable, NoRoom: d.NoRoom,
			}
		}
	}
	if st.Code() == codes.Canceled && st.Message() == closing {
		return LostWorker("the worker was taken away")
	}
	switch st.Code() {
	case codes.Canceled, codes.DeadlineExceeded:
		return Canceled
	case codes.Unavailable:
		return LostWorker(st.Message())
	default:
		return &Error{Code: InternalError, Message: "worker call failed", Detail: st.String(), cause: err}
	}
}

// closing is what gRPC says of a call on a connection that was closed here: nobody has cancelled it.
const closing = "grpc: the client connection is closing"

// ErrWorkerLost is in the chain of every error that means: the worker went away during a call.
var ErrWorkerLost = errors.New("worker lost")

// LostWorker returns the error (58030, retryable) of a call whose worker went away.
func LostWorker(detail string) error {
	return &Error{Code: IOError, Message: "connection to worker lost", Detail: detail, Retryable: true, cause: ErrWorkerLost}
}

// GRPCCode is the nearest gRPC code, for readers that know no SQLSTATE.
func GRPCCode(e *Error) codes.Code {
	switch {
	case e.NoRoom:
		return codes.ResourceExhausted
	case e.Code == QueryCanceled:
		return codes.Canceled
	}
	switch e.Code {
	case OutOfMemory, DiskFull, TooManyConnections:
		return codes.ResourceExhausted
	case InsufficientPrivilege:
		return codes.PermissionDenied
	case InvalidPassword, InvalidAuthorization:
		return codes.Unauthenticated
	case FeatureNotSupported:
		return codes.Unimplemented
	case UndefinedTable, UndefinedColumn, UndefinedFunction, UndefinedObject, InvalidSchemaName, InvalidCatalogName, UndefinedFile:
		return codes.NotFound
	case DuplicateTable, DuplicateSchema, DuplicateObject, DuplicateColumn:
		return codes.AlreadyExists
	case SerializationFailure:
		return codes.Aborted
	case AdminShutdown, CrashShutdown, CannotConnectNow, IOError, ConnectionFailure:
		return codes.Unavailable
	case TransactionResolutionUnknown:
		return codes.Unknown
	case InternalError:
		return codes.Internal
	}
	switch e.Code[:2] {
	case "22", "42", "21", "23", "08", "26", "34":
		return codes.InvalidArgument
	case "25", "55":
		return codes.FailedPrecondition
	}
	return codes.Unknown
}
