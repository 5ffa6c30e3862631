package duck

import (
	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// kinds maps DuckDB's statement types to the protocol's; what is not here is OTHER.
var kinds = map[StatementType]workerpb.StatementType{
	bindings.StatementTypeSelect:      workerpb.StatementType_STATEMENT_TYPE_SELECT,
	bindings.StatementTypeRelation:    workerpb.StatementType_STATEMENT_TYPE_SELECT,
	bindings.StatementTypeInsert:      workerpb.StatementType_STATEMENT_TYPE_INSERT,
	bindings.StatementTypeUpdate:      workerpb.StatementType_STATEMENT_TYPE_UPDATE,
	bindings.StatementTypeDelete:      workerpb.StatementType_STATEMENT_TYPE_DELETE,
	bindings.StatementTypeMergeInto:   workerpb.StatementType_STATEMENT_TYPE_MERGE,
	bindings.StatementTypeCreate:      workerpb.StatementType_STATEMENT_TYPE_CREATE,
	bindings.StatementTypeCreateFunc:  workerpb.StatementType_STATEMENT_TYPE_CREATE,
	bindings.StatementTypeDrop:        workerpb.StatementType_STATEMENT_TYPE_DROP,
	bindings.StatementTypeAlter:       workerpb.StatementType_STATEMENT_TYPE_ALTER,
	bindings.StatementTypeCopy:        workerpb.StatementType_STATEMENT_TYPE_COPY,
	bindings.StatementTypeExport:      workerpb.StatementType_STATEMENT_TYPE_COPY,
	bindings.StatementTypeExplain:     workerpb.StatementType_STATEMENT_TYPE_EXPLAIN,
	bindings.StatementTypeTransaction: workerpb.StatementType_STATEMENT_TYPE_TRANSACTION,
	bindings.StatementTypeVariableSet: workerpb.StatementType_STATEMENT_TYPE_SET,
	bindings.StatementTypeSet:         workerpb.StatementType_STATEMENT_TYPE_SET,
	bindings.StatementTypePragma:      workerpb.StatementType_STATEMENT_TYPE_SET,
	bindings.StatementTypeCall:        workerpb.StatementType_STATEMENT_TYPE_CALL,
	bindings.StatementTypeAttach:      workerpb.StatementType_STATEMENT_TYPE_ATTACH,
	bindings.StatementTypeDetach:      workerpb.StatementType_STATEMENT_TYPE_ATTACH,
	bindings.StatementTypeLoad:        workerpb.StatementType_STATEMENT_TYPE_LOAD,
	bindings.StatementTypeExtension:   workerpb.StatementType_STATEMENT_TYPE_LOAD,
}

// Kind returns the statement's type as the protocol names it.
func (p *Prepared) Kind() workerpb.StatementType { return kindOf(p.typ) }

func kindOf(t StatementType) workerpb.StatementType {
	if k, ok := kinds[t]; ok {
		return k
	}
	return workerpb.StatementType_STATEMENT_TYPE_OTHER
}
