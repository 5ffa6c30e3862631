package gateway_test

import (
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// setOption sets a session option, and returns how that failed.
func (c *flightClient) setOption(name, value string) pb.SetSessionOptionsResult_ErrorValue {
	c.t.Helper()
	values, err := flight.NewSessionOptionValues(map[string]any{name: value})
	if err != nil {
		c.t.Fatal(err)
	}
	res, err := c.SetSessionOptions(c.ctx, &flight.SetSessionOptionsRequest{SessionOptions: values})
	if err != nil {
		c.t.Fatal(err)
	}
	return res.GetErrors()[name].GetValue()
}

// option returns a session option.
func (c *flightClient) option(name string) string {
	c.t.Helper()
	got, err := c.GetSessionOptions(c.ctx, &flight.GetSessionOptionsRequest{})
	if err != nil {
		c.t.Fatal(err)
	}
	return got.GetSessionOptions()[name].GetStringValue()
}

// A client that asks for it comes to the worker for its rows: with its ticket, which is all that is open to it there.
func TestFlightSQLDirect(t *testing.T) {
	w := open(t, 2, func(c *gateway.Config) { c.FlightSecret, c.FlightDirect = "shared", true }, "--flight-secret", "shared", "--direct-listen", "127.0.0.1:0")
	c := w.flight()
	const sql = "SELECT i, 'row ' || i AS s FROM range(300000) t(i)"
	info, err := c.Execute(c.ctx, sql)
	if err != nil {
		t.Fatal(err)
	}
	byGateway := info.GetEndpoint()[0]
	if len(byGateway.GetLocation()) > 0 || c.option("endpoints") != "gateway" {
		t.Errorf("without having asked: %v, %s", byGateway, c.option("endpoints"))
	}
	if e := c.setOption("endpoints", "nowhere"); e != flight.SetSessionOptionsResultErrorInvalidValue {
		t.Errorf("nowhere: %v", e)
	}
	if e := c.setOption("endpoints", "worker"); e != 0 || c.option("endpoints") != "worker" {
		t.Fatalf("worker: %v, %s", e, c.option("endpoints"))
	}
	want, err := c.rows(info)
	if err != nil || len(want) != 300000 {
		t.Fatalf("%d rows, %v", len(want), err)
	}
	before := w.metric("tavana_flight_sent_bytes_total")
	for name, sql := range map[string]string{"live": sql, "in a transaction": "BEGIN"} {
		if sql == "BEGIN" {
			c.update("BEGIN")
			c.update("CREATE TEMP TABLE kept AS SELECT i, 'row ' || i AS s FROM range(300000) t(i)")
			sql = "SELECT * FROM kept ORDER BY i"
		}
		info, err := c.Execute(c.ctx, sql)
		if err != nil {
			t.Fatal(err)
		}
		e := info.GetEndpoint()[0]
		if len(e.GetLocation()) != 1 || !strings.HasPrefix(e.GetLocation()[0].GetUri(), "grpc://127.0.0.1:") {
			t.Fatalf("%s: the location is %v", name, e.GetLocation())
		}
		there, err := flight.NewClientWithMiddleware(strings.TrimPrefix(e.GetLocation()[0].GetUri(), "grpc://"), nil, nil,
			grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(workerapi.MaxMessage)))
		if err != nil {
			t.Fatal(err)
		}
		defer there.Close()
		stranger := t.Context()
		get := func(ticket []byte) error {
			s, err := there.DoGet(stranger, &flight.Ticket{Ticket: ticket})
			if err == nil {
				_, err = s.Recv()
			}
			return err
		}
		statement, err := proto.Marshal(&workerpb.Ticket{Version: workerapi.Version, Work: &workerpb.Ticket_Statement{Statement: &workerpb.Statement{
			QueryId: "stranger's", Sql: "SELECT 1", User: &workerpb.User{Superuser: true},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		changed := append([]byte(nil), e.GetTicket().GetTicket()...)
		changed[len(changed)-3] ^= 1
		for what, ticket := range map[string][]byte{
			"a ticket for the gateway": byGateway.GetTicket().GetTicket(), "a changed ticket": changed, "a statement": statement, "nothing": nil,
			"more than a ticket can be": make([]byte, 2<<20),
		} {
			code := codes.Unauthenticated
			if len(ticket) > workerapi.MaxTicket {
				code = codes.ResourceExhausted // before it is read
			}
			if err := get(ticket); status.Code(err) != code {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		if s, err := there.DoAction(stranger, &flight.Action{Type: "Drain"}); err == nil {
			if _, err := s.Recv(); status.Code(err) != codes.Unimplemented {
				t.Errorf("%s: an action: %v", name, err)
			}
		}
		got, err := (&flightClient{&flightsql.Client{Client: there}, t, stranger}).rows(info)
		if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: %d rows, %v", name, len(got), err)
		}
		if err := get(e.GetTicket().GetTicket()); status.Code(err) != codes.FailedPrecondition {
			t.Errorf("%s: once more: %v", name, err)
		}
	}
	if after := w.metric("tavana_flight_sent_bytes_total"); after != before {
		t.Errorf("the gateway has sent %g bytes", after-before)
	}
	// A client that comes to the gateway all the same is served too, and a few rows are in the ticket.
	if got := c.query("SELECT count(*) FROM kept"); got != "300000" {
		t.Errorf("by the gateway: %q", got)
	}
}

func TestFlightSQLDirectIsTheOperatorsChoice(t *testing.T) {
	w := open(t, 1, func(c *gateway.Config) { c.FlightSecret = "shared" }, "--flight-secret", "shared", "--direct-listen", "127.0.0.1:0")
	c := w.flight()
	if e := c.setOption("endpoints", "worker"); e != flight.SetSessionOptionsResultErrorInvalidValue {
		t.Errorf("worker: %v", e)
	}
	cfg := defaults(t)
	cfg.FlightDirect = true
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "flight-secret") {
		t.Errorf("without a secret: %v", err)
	}
}
