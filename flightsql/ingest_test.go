package flightsql

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// putCall is a DoPut whose messages are there.
type putCall struct {
	pb.FlightService_DoPutServer
	ctx  context.Context
	list []*pb.FlightData
}

func (c *putCall) Context() context.Context { return c.ctx }

func (c *putCall) Send(*pb.PutResult) error { return nil }

func (c *putCall) Recv() (*pb.FlightData, error) {
	if len(c.list) == 0 {
		return nil, io.EOF
	}
	d := c.list[0]
	c.list = c.list[1:]
	return d, nil
}

// reading is a Session that reads what is ingested, each value of it.
type reading struct {
	Session
	rows int64
}

func (s *reading) Transaction() TxState { return NoTx }

func (s *reading) Ingest(ctx context.Context, _ Target, rows Rows) (int64, error) {
	for {
		rec, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return s.rows, nil
		}
		if err != nil {
			return 0, err
		}
		for _, c := range rec.Columns() {
			for i := range min(c.Len(), 1000) { // NULLs take no bytes
				_ = c.ValueStr(i)
			}
		}
		s.rows += rec.NumRows()
		rec.Release()
	}
}

// put sends messages as an ingest's, as a server would get them.
func put(t testing.TB, list []*pb.FlightData) (int64, error) {
	t.Helper()
	s := &Server{log: slog.New(slog.DiscardHandler)}
	h := &handler{s: s}
	v := &service{FlightServer: stock.NewFlightServer(h), h: h}
	in := &reading{}
	ctx := context.WithValue(t.Context(), callerKey{}, &caller{s: &session{Session: in, transactions: map[string]*transaction{}}})
	_, err := safely(s, func() (any, error) { return nil, v.DoPut(&putCall{ctx: ctx, list: list}) })
	return in.rows, statusOf(err)
}

// messages are those of an ingest of one batch.
func messages(t testing.TB, opts ...ipc.Option) []*pb.FlightData {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "i", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "l", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32), Nullable: true},
		{Name: "d", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
	}, nil)
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, bytes.NewReader([]byte(
		`[{"i": 1, "s": "one, one, one, one, one, one, one", "l": [1, 2], "d": "x"}, {"i": null, "s": null, "l": null, "d": null}, {"i": 3, "s": "three", "l": [], "d": "y"}]`)))
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Release()
	out := &keptMessages{}
	w := flight.NewRecordWriter(out, append(opts, ipc.WithSchema(schema))...)
	var cmd anypb.Any
	if err := cmd.MarshalFrom(&pb.CommandStatementIngest{Table: "t"}); err != nil {
		t.Fatal(err)
	}
	b, err := proto.Marshal(&cmd)
	if err != nil {
		t.Fatal(err)
	}
	w.SetFlightDescriptor(&pb.FlightDescriptor{Type: pb.FlightDescriptor_CMD, Cmd: b})
	if err := errors.Join(w.Write(rec), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.list
}

type keptMessages struct{ list []*pb.FlightData }

func (k *keptMessages) Send(d *pb.FlightData) error {
	k.list = append(k.list, proto.Clone(d).(*pb.FlightData))
	return nil
}

func TestPutReadsWhatIsSent(t *testing.T) {
	for name, opts := range map[string][]ipc.Option{"plain": nil, "lz4": {ipc.WithLZ4()}, "zstd": {ipc.WithZstd()}} {
		if n, err := put(t, messages(t, opts...)); n != 3 || err != nil {
			t.Errorf("%s: %d rows, %v", name, n, err)
		}
	}
}

// What a compressed buffer says of its size is not believed: it would be made room for before it is looked at.
func TestASmallMessageIsNotLarge(t *testing.T) {
	list := messages(t, ipc.WithLZ4())
	last := list[len(list)-1]
	found := false
	for i := 0; i+8 <= len(last.GetDataBody()); i += 8 {
		if n := int64(binary.LittleEndian.Uint64(last.GetDataBody()[i:])); n > 0 && n < 1000 { // a buffer's size
			binary.LittleEndian.PutUint64(last.GetDataBody()[i:], 1<<50)
			found = true
			break
		}
	}
	if !found {
		t.Fatal("no compressed buffer")
	}
	if _, err := put(t, list); status.Code(err) != codes.InvalidArgument {
		t.Errorf("%v", err)
	}
}

// Whatever comes, the answer is rows that are sound or INVALID_ARGUMENT, and nothing breaks.
func FuzzPut(f *testing.F) {
	for _, opts := range [][]ipc.Option{nil, {ipc.WithLZ4()}, {ipc.WithZstd()}} {
		list := messages(f, opts...)
		for i, d := range list {
			f.Add(len(opts) > 0, i, d.GetDataHeader(), d.GetDataBody())
		}
	}
	f.Fuzz(func(t *testing.T, compressed bool, at int, header, body []byte) {
		if len(body) > 1<<16 {
			return
		}
		var opts []ipc.Option
		if compressed {
			opts = append(opts, ipc.WithLZ4())
		}
		list := messages(t, opts...)
		if at < 0 || at >= len(list) {
			return
		}
		list[at].DataHeader, list[at].DataBody = header, body
		if _, err := put(t, list); err != nil && status.Code(err) != codes.InvalidArgument {
			t.Fatal(err)
		}
	})
}
