package flightsql

import (
	"context"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/flight"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Session options beside PostgreSQL's parameters.
const (
	optionCatalog = "catalog"
	optionSchema  = "schema"
	// optionProfile is "rich" or "compat": which Arrow types results have.
	optionProfile = "type_profile"
)

// SetSessionOptions sets each option by itself, and says which it could not.
func (h *handler) SetSessionOptions(ctx context.Context, r *flight.SetSessionOptionsRequest) (*flight.SetSessionOptionsResult, error) {
	out := &flight.SetSessionOptionsResult{Errors: map[string]*flight.SetSessionOptionsResultError{}}
	for name, v := range r.GetSessionOptions() {
		err := h.setOption(of(ctx), name, v)
		if err == nil {
			continue
		}
		switch pgerror.CodeOf(err) {
		case pgerror.UndefinedObject:
			out.Errors[name] = &flight.SetSessionOptionsResultError{Value: flight.SetSessionOptionsResultErrorInvalidName}
		case pgerror.InvalidParameterValue, pgerror.InvalidCatalogName, pgerror.InvalidTextRepresentation:
			out.Errors[name] = &flight.SetSessionOptionsResultError{Value: flight.SetSessionOptionsResultErrorInvalidValue}
		default:
			out.Errors[name] = &flight.SetSessionOptionsResultError{Value: flight.SetSessionOptionsResultErrorUnspecified}
		}
	}
	return out, nil
}

func (h *handler) setOption(s *session, name string, v *flight.SessionOptionValue) error {
	var text string
	switch v := v.GetOptionValue().(type) {
	case *pb.SessionOptionValue_StringValue:
		text = v.StringValue
	case *pb.SessionOptionValue_BoolValue:
		text = strconv.FormatBool(v.BoolValue)
	case *pb.SessionOptionValue_Int64Value:
		text = strconv.FormatInt(v.Int64Value, 10)
	case *pb.SessionOptionValue_DoubleValue:
		text = strconv.FormatFloat(v.DoubleValue, 'g', -1, 64)
	case *pb.SessionOptionValue_StringListValue_:
		text = strings.Join(v.StringListValue.GetValues(), ", ")
	}
	switch strings.ToLower(name) {
	case optionCatalog:
		if text != "" && text != h.s.exec.Database() {
			return pgerror.Newf(pgerror.InvalidCatalogName, "database %q does not exist", text)
		}
		return nil
	case optionSchema:
		if text == "" {
			return s.SetOption("search_path", "public")
		}
		return s.SetOption("search_path", `"`+strings.ReplaceAll(text, `"`, `""`)+`"`)
	case optionProfile:
		switch strings.ToLower(text) {
		case "compat":
			s.SetCompat(true)
		case "rich", "":
			s.SetCompat(false)
		default:
			return pgerror.Newf(pgerror.InvalidParameterValue, "type_profile is rich or compat, not %q", text)
		}
		return nil
	}
	return s.SetOption(name, text)
}

// GetSessionOptions returns all options.
func (h *handler) GetSessionOptions(ctx context.Context, _ *flight.GetSessionOptionsRequest) (*flight.GetSessionOptionsResult, error) {
	out := &flight.GetSessionOptionsResult{SessionOptions: map[string]*flight.SessionOptionValue{}}
	set := func(name, value string) {
		out.SessionOptions[name] = &flight.SessionOptionValue{OptionValue: &pb.SessionOptionValue_StringValue{StringValue: value}}
	}
	s := of(ctx)
	for name, value := range s.Options() {
		set(name, value)
	}
	set(optionCatalog, h.s.exec.Database())
	schema, err := s.Option("search_path")
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(schema, ",")
	set(optionSchema, strings.Trim(strings.TrimSpace(first), `"`))
	return out, nil
}

// CloseSession ends the session; its token is no good any more.
func (h *handler) CloseSession(ctx context.Context, _ *flight.CloseSessionRequest) (*flight.CloseSessionResult, error) {
	h.s.sessions.end(of(ctx).id)
	return &flight.CloseSessionResult{Status: flight.CloseSessionResultClosed}, nil
}
