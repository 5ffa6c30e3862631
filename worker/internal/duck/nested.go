package duck

import (
	"math"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// maxDepth is how deeply the types of a result may be nested: Arrow's IPC takes 64 levels.
const maxDepth = 60

func depth(t arrow.DataType) int {
	n, ok := t.(arrow.NestedType)
	if !ok {
		return 0
	}
	deepest := 0
	for _, f := range n.Fields() {
		deepest = max(deepest, depth(f.Type))
	}
	return deepest + 1
}

func hasInterval(t arrow.DataType) bool {
	if t.ID() == arrow.INTERVAL_MONTH_DAY_NANO {
		return true
	}
	n, ok := t.(arrow.NestedType)
	if !ok {
		return false
	}
	for _, f := range n.Fields() {
		if hasInterval(f.Type) {
			return true
		}
	}
	return false
}

// checkIntervals refuses intervals that Arrow's nanoseconds can't hold: the conversion would wrap them silently. It looks
// into lists and structs; INTERVALs in maps, arrays and unions are refused whole, rather than trusted.
func checkIntervals(chunk bindings.DataChunk, columns []int) error {
	rows := int(bindings.DataChunkGetSize(chunk))
	for _, c := range columns {
		v := bindings.DataChunkGetVector(chunk, bindings.IdxT(c))
		t := bindings.VectorGetColumnType(v)
		err := checkIntervalVector(v, t, rows)
		bindings.DestroyLogicalType(&t)
		if err != nil {
			return err
		}
	}
	return nil
}

func checkIntervalVector(v bindings.Vector, t bindings.LogicalType, rows int) error {
	switch bindings.GetTypeId(t) {
	case bindings.TypeInterval:
		return checkMicros(bindings.VectorGetData(v), v, rows)
	case bindings.TypeList:
		child := bindings.ListTypeChildType(t)
		defer bindings.DestroyLogicalType(&child)
		return checkIntervalVector(bindings.ListVectorGetChild(v), child, int(bindings.ListVectorGetSize(v)))
	case bindings.TypeStruct:
		for i := range int(bindings.StructTypeChildCount(t)) {
			child := bindings.StructTypeChildType(t, bindings.IdxT(i))
			err := checkIntervalVector(bindings.StructVectorGetChild(v, bindings.IdxT(i)), child, rows)
			bindings.DestroyLogicalType(&child)
			if err != nil {
				return err
			}
		}
	case bindings.TypeMap, bindings.TypeArray, bindings.TypeUnion:
		return pgerror.New(pgerror.FeatureNotSupported, "intervals inside maps, arrays and unions are not supported").WithHint("Cast them to text.")
	}
	return nil
}

// checkMicros looks at a vector's intervals: int32 months, int32 days, int64 microseconds each.
func checkMicros(data unsafe.Pointer, v bindings.Vector, rows int) error {
	const size, limit = 16, math.MaxInt64 / 1000
	validity := bindings.VectorGetValidity(v)
	for i := range rows {
		micros := *(*int64)(unsafe.Add(data, size*i+8))
		if (micros > limit || micros < -limit) && (validity == nil || bindings.ValidityMaskValueIsValid(validity, bindings.IdxT(i))) {
			return pgerror.New(pgerror.DatetimeFieldOverflow, "interval out of range").
				WithDetail("Its hours are more than Arrow's nanoseconds can count, about 2,562,047.")
		}
	}
	return nil
}
