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
	// optionEndpoints is "gateway" or "worker": where a client comes for rows.
	optionEndpoints = "endpoints"
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
		s.choose()
		return nil
	case optionEndpoints:
		return h.setEndpoints(s, strings.ToLower(text))
	}
	return s.SetOption(name, text)
}

func (h *handler) setEndpoints(s *session, text string) error {
	direct := text == "worker"
	switch {
	case !direct && text != "gateway" && text != "":
		return pgerror.Newf(pgerror.InvalidParameterValue, "endpoints is gateway or worker, not %q", text)
	case direct && !h.s.cfg.Direct:
		return pgerror.New(pgerror.InvalidParameterValue, "this server gives rows itself").WithHint("The operator sets flight-direct.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.direct, s.chosen = direct, true
	return nil
}

// choose notes that the client has said what it wants of the session.
func (s *session) choose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chosen = true
}

// wantsDirect tells whether the client wants to come to the workers for its rows.
func (s *session) wantsDirect() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct
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
	set(optionProfile, choice(s.Compat(), "compat", "rich"))
	set(optionEndpoints, choice(s.wantsDirect(), "worker", "gateway"))
	return out, nil
}

func choice(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// CloseSession ends the session; its token is no good any more.
func (h *handler) CloseSession(ctx context.Context, _ *flight.CloseSessionRequest) (*flight.CloseSessionResult, error) {
	h.s.sessions.end(of(ctx).id)
	return &flight.CloseSessionResult{Status: flight.CloseSessionResultClosed}, nil
}
