package schemas

import (
	"encoding/json"
	"sync/atomic"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
)

// Record gives the rows as an Arrow record. It is a view of the decoder's own memory, valid until the next Decode, Truncate or
// Reset; the caller releases it. Its columns are made as they are asked for, as a schema can declare many that nobody reads: it belongs to
// the decoder's goroutine.
func (d *Decoder) Record() arrow.Record {
	v := &view{decoder: d, rows: d.rows, columns: make([]arrow.Array, len(d.prog.tops))}
	v.refs.Store(1)
	return v
}

// A view is a decoder's rows as a record.
type view struct {
	decoder *Decoder
	rows    int
	columns []arrow.Array // those that were asked for
	refs    atomic.Int64
}

func (v *view) Retain() { v.refs.Add(1) }

func (v *view) Release() {
	if v.refs.Add(-1) > 0 {
		return
	}
	for _, a := range v.columns {
		if a != nil {
			a.Release()
		}
	}
	v.columns = nil
}

func (v *view) Schema() *arrow.Schema { return v.decoder.prog.schema }

func (v *view) NumRows() int64 { return int64(v.rows) }

func (v *view) NumCols() int64 { return int64(len(v.columns)) }

func (v *view) ColumnName(i int) string { return v.Schema().Field(i).Name }

func (v *view) Column(i int) arrow.Array {
	if v.columns[i] == nil {
		v.columns[i] = v.decoder.column(i, v.rows)
	}
	return v.columns[i]
}

func (v *view) Columns() []arrow.Array {
	for i := range v.columns {
		v.Column(i)
	}
	return v.columns
}

func (v *view) all() arrow.Record { return array.NewRecord(v.Schema(), v.Columns(), int64(v.rows)) }

func (v *view) SetColumn(i int, col arrow.Array) (arrow.Record, error) {
	all := v.all()
	defer all.Release()
	return all.SetColumn(i, col)
}

func (v *view) NewSlice(i, j int64) arrow.Record {
	all := v.all()
	defer all.Release()
	return all.NewSlice(i, j)
}

func (v *view) MarshalJSON() ([]byte, error) {
	all := v.all()
	defer all.Release()
	return json.Marshal(all)
}

// column makes the array of a top-level column. One without a value is kept for the next batch, which is as long most often.
func (d *Decoder) column(i, rows int) arrow.Array {
	col := d.prog.tops[i]
	if d.cols[col].n > 0 {
		data := d.data(col, rows)
		defer data.Release()
		return array.MakeFromData(data)
	}
	if d.empty == nil {
		d.empty = make([]arrow.Array, len(d.prog.tops))
	}
	if a := d.empty[i]; a == nil || a.Len() != rows {
		data := d.nulls(col, rows)
		defer data.Release()
		d.empty[i] = array.MakeFromData(data)
	}
	d.empty[i].Retain()
	return d.empty[i]
}
