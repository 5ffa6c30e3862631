package flightsql

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	flatbuffers "github.com/google/flatbuffers/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/angelerator/tavana/internal/workerapi"
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

// field builds a Field of an Arrow schema, and message a Message of so many copies of one field.
func field(b *flatbuffers.Builder, name string, kind byte, dictionary bool, children ...flatbuffers.UOffsetT) flatbuffers.UOffsetT {
	text := b.CreateString(name)
	b.StartObject(2)
	typ := b.EndObject()
	var encoding flatbuffers.UOffsetT
	if dictionary {
		b.StartObject(4)
		encoding = b.EndObject()
	}
	b.StartVector(4, len(children), 4)
	for _, c := range children {
		b.PrependUOffsetT(c)
	}
	list := b.EndVector(len(children))
	b.StartObject(7)
	b.PrependUOffsetTSlot(0, text, 0)
	b.PrependByteSlot(2, kind, 0)
	b.PrependUOffsetTSlot(3, typ, 0)
	b.PrependUOffsetTSlot(4, encoding, 0)
	b.PrependUOffsetTSlot(5, list, 0)
	return b.EndObject()
}

func message(b *flatbuffers.Builder, kind byte, of flatbuffers.UOffsetT) []byte {
	b.StartObject(5)
	b.PrependInt16Slot(0, 4, 0) // the version
	b.PrependByteSlot(1, kind, 0)
	b.PrependUOffsetTSlot(2, of, 0)
	b.Finish(b.EndObject())
	return b.FinishedBytes()
}

// A message is small and what it would become is not: what it says of itself is not believed.
func TestMessagesThatAreMoreThanTheySeem(t *testing.T) {
	schema := func(copies int, make func(*flatbuffers.Builder) flatbuffers.UOffsetT) []byte {
		b := flatbuffers.NewBuilder(0)
		f := make(b)
		b.StartVector(4, copies, 4)
		for range copies {
			b.PrependUOffsetT(f)
		}
		list := b.EndVector(copies)
		b.StartObject(4)
		b.PrependUOffsetTSlot(1, list, 0)
		return message(b, isSchema, b.EndObject())
	}
	const structure, number = 13, 2
	for _, c := range []struct {
		name, want string
		header     []byte
	}{
		{"a long name that many fields share", "too often", schema(10_000, func(b *flatbuffers.Builder) flatbuffers.UOffsetT {
			return field(b, strings.Repeat("x", 100_000), number, false)
		})},
		{"more fields than there are", "more than 65536 fields", schema(70_000, func(b *flatbuffers.Builder) flatbuffers.UOffsetT {
			return field(b, "", number, false)
		})},
		{"fields that double at each level", "more than 65536 fields", schema(1, func(b *flatbuffers.Builder) flatbuffers.UOffsetT {
			f := field(b, "", number, false)
			for range 40 {
				f = field(b, "", structure, false, f, f)
			}
			return f
		})},
		{"deep fields", "64 deep", schema(1, func(b *flatbuffers.Builder) flatbuffers.UOffsetT {
			f := field(b, "", number, false)
			for range 100 {
				f = field(b, "", structure, false, f)
			}
			return f
		})},
		{"a dictionary of structs of views", "dictionaries of views", schema(1, func(b *flatbuffers.Builder) flatbuffers.UOffsetT {
			return field(b, "", structure, true, field(b, "", typeUTF8View, false))
		})},
		{"an addition to a dictionary", "additions", func() []byte {
			b := flatbuffers.NewBuilder(0)
			b.StartObject(3)
			b.PrependBoolSlot(2, true, false)
			return message(b, isDictionaryBatch, b.EndObject())
		}()},
		{"a long description", "more than 16 MB", make([]byte, maxHeader+1)},
	} {
		v := verifier{memory: &budget{Allocator: memory.DefaultAllocator}}
		if err := v.checkMessage(c.header, 0); status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s (%d bytes): %v", c.name, len(c.header), err)
		}
	}
}

// What dictionaries have taken is not there for later messages; one of the same id takes its place.
func TestDictionariesCountAsLongAsTheyAreKept(t *testing.T) {
	v := verifier{memory: &budget{Allocator: memory.DefaultAllocator}}
	next := func(id int64, body int) int {
		b := flatbuffers.NewBuilder(0)
		b.StartObject(3)
		b.PrependInt64Slot(0, id, 0)
		if err := v.checkMessage(message(b, isDictionaryBatch, b.EndObject()), body); err != nil {
			t.Fatal(err)
		}
		return v.memory.left
	}
	_ = next(1, 1000)
	v.memory.Free(v.memory.Allocate(500))
	if left := next(2, 10); left != workerapi.MaxMessage-1500 {
		t.Errorf("%d left behind one", left)
	}
	if left := next(1, 1); left != workerapi.MaxMessage-1510 {
		t.Errorf("%d left behind two", left)
	}
	if left := next(3, 0); left != workerapi.MaxMessage-11 {
		t.Errorf("%d left when one has taken another's place", left)
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
