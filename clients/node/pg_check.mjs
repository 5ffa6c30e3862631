// Checks of pg (node-postgres) with its pool, pg-query-stream and
// pg-copy-streams.
//
// Left out: COPY in binary (pg-copy-streams passes bytes on, nothing encodes
// them); binary results (pg 8.23 reads every value as UTF-8 before it decodes it
// from binary, so that its option `binary` loses bytes with any server).
// cancel uses Client.cancel, which opens a connection without TLS for it, and
// statement_timeout, which pg sends at the start.

import {
  settings, rootCertificate, check, finish, equal, fails, longQuery, rowsQuery, RowSums,
  copyQuery, copyLines, compareCopied, compareTable, allBytes, oddText, longText, oddTexts,
} from './common.mjs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import QueryStream from 'pg-query-stream'
import copyStreams from 'pg-copy-streams'

const config = {
  ...settings,
  ssl: { ca: rootCertificate, rejectUnauthorized: true },
  connectionTimeoutMillis: 10000,
}

async function connect(defer, more = {}) {
  const client = new pg.Client({ ...config, ...more })
  client.on('error', (e) => console.error('connection', e))
  await client.connect()
  defer(() => client.end())
  return client
}

async function one(client, text, values, more = {}) {
  const result = await client.query({ text, values, ...more })
  equal(result.rows.length, 1, `rows of ${text.slice(0, 60)}`)
  return result.rows[0]
}

await check('connect', async (defer) => {
  let version
  const client = new pg.Client(config)
  client.connection.on('parameterStatus', (m) => {
    if (m.parameterName === 'server_version') version = m.parameterValue
  })
  await client.connect()
  defer(() => client.end())
  const socket = client.connection.stream
  equal([socket.encrypted, socket.authorized], [true, true], 'TLS')
  if (!/^15\b/.test(version)) throw new Error(`server_version ${version}`)
  const row = await one(client, 'SELECT current_user::text AS u, current_database()::text AS d')
  equal(row, { u: settings.user, d: settings.database }, 'user and database')
  const shown = await one(client, 'SHOW server_version')
  if (!/^15\b/.test(shown.server_version)) throw new Error(`SHOW server_version: ${JSON.stringify(shown)}`)
})

await check('rows', async (defer) => {
  const client = await connect(defer)
  const { rows } = await client.query(rowsQuery)
  const sums = new RowSums()
  for (const r of rows) sums.add(r.id, r.name, r.half, r.price, r.at, r.day, r.third)
  sums.verify()
})

await check('rows/array', async (defer) => {
  const client = await connect(defer)
  const { rows } = await client.query({ text: rowsQuery, rowMode: 'array', values: [] })
  const sums = new RowSums()
  for (const r of rows) sums.add(...r)
  sums.verify()
})

await check('rows/stream', async (defer) => {
  const client = await connect(defer)
  const sums = new RowSums()
  const stream = client.query(new QueryStream(rowsQuery, [], { batchSize: 10000, highWaterMark: 10000, rowMode: 'array' }))
  for await (const r of stream) sums.add(...r)
  sums.verify()
  equal((await one(client, 'SELECT 1::int4 AS v')).v, 1, 'afterwards')
})

// A stream that is left early closes its portal.
await check('rows/stream_left', async (defer) => {
  const client = await connect(defer)
  const stream = client.query(new QueryStream(rowsQuery, [], { batchSize: 100, highWaterMark: 100 }))
  let n = 0
  for await (const r of stream) {
    n++
    equal(r.id, String(n), 'id')
    if (n === 250) break
  }
  equal((await one(client, 'SELECT 1::int4 AS v')).v, 1, 'afterwards')
})

const uuid = '0f14d0ab-9605-4a62-a9e4-5ed26688389b'
const digits38 = '12345678901234567890123456789012345678'

// type, parameter, and the value that comes back where it is another one
const values = [
  ['bool', true], ['bool', false],
  ['int2', -32768], ['int2', 32767],
  ['int4', -2147483648], ['int4', 2147483647],
  ['int8', '-9223372036854775808'], ['int8', '9223372036854775807'],
  ['int8', 9007199254740993n, '9007199254740993'],
  ['float4', 0.5], ['float4', NaN], ['float4', Infinity], ['float4', 0.1],
  ['float8', 0.1], ['float8', NaN], ['float8', Infinity], ['float8', -Infinity],
  ['float8', 1.7976931348623157e308], ['float8', -5e-324],
  ['numeric(38,0)', digits38], ['numeric(38,0)', `-${digits38}`],
  ['numeric(20,4)', '-123.4500'], ['numeric(20,4)', '0.0001'],
  ['text', oddText], ['text', ''], ['text', longText], ['varchar', 'abc'],
  ['bytea', allBytes], ['bytea', Buffer.alloc(0)],
  ['date', '1969-07-20', new Date(1969, 6, 20)], ['date', '2024-02-29', new Date(2024, 1, 29)],
  ['time', '23:59:59.999999'], ['time', '00:00:00'],
  ['timestamp', '2024-02-29 12:34:56.789', new Date(2024, 1, 29, 12, 34, 56, 789)],
  ['timestamp', new Date(1969, 6, 20, 20, 17, 40)],
  ['timestamptz', '2024-02-29 12:34:56.789+05:30', new Date('2024-02-29T07:04:56.789Z')],
  ['timestamptz', new Date('1969-07-20T20:17:40.123Z')],
  ['interval', '1 year 2 mons 3 days 04:05:06.789', { years: 1, months: 2, days: 3, hours: 4, minutes: 5, seconds: 6, milliseconds: 789 }],
  ['interval', '-1 mons -2 days -00:00:03', { months: -1, days: -2, seconds: -3 }],
  ['uuid', uuid],
  ['json', { a: [1, 'x', null], b: { c: 'é' } }],
  ['json', '[1, 2]', [1, 2]],
  ['int4[]', [1, null, -3]], ['int4[]', []],
  ['int8[]', ['1', '9223372036854775807']],
  ['text[]', oddTexts], ['text[]', []],
  ['float8[]', [0.1, null, 2.5]], ['bool[]', [true, false, null]],
]

async function types(client, list) {
  const wrong = []
  for (const [type, value, want = value] of list) {
    try {
      const { v } = await one(client, `SELECT $1::${type} AS v`, [value])
      // pg gives an interval as an object of its own class
      const got = type === 'interval' ? { ...v } : v
      equal(got, want, type)
      const none = await one(client, `SELECT $1::${type} AS v`, [null])
      equal(none.v, null, `NULL of ${type}`)
    } catch (e) {
      wrong.push(`${type}: ${e.code || ''} ${e.message}`)
      console.error(type, e)
    }
  }
  if (wrong.length > 0) throw new Error(`${wrong.length} of ${list.length}: ${wrong.join('; ')}`)
}

await check('types', async (defer) => {
  const client = await connect(defer)
  await types(client, values)
  // microseconds are more than a Date holds: as text
  const raw = { types: { getTypeParser: () => (s) => s } }
  for (const [type, v] of [['timestamp', '2024-02-29 12:34:56.123456'], ['date', '0001-01-01'], ['int8', '-1']]) {
    equal((await one(client, `SELECT $1::${type} AS v`, [v], raw)).v, v, `${type} as text`)
  }
})

await check('error', async (defer) => {
  const client = await connect(defer)
  const cases = [
    ['SELEC 1', '42601'],
    ['SELECT 1 AS v FROM', '42601'],
    ['SELECT v FROM nodepg_missing', '42P01'],
    ['SELECT nope FROM (SELECT 1 AS v) t', '42703'],
    ["SELECT 'abc'::int AS v", '22P02'],
    ['SELECT 99999999999::int AS v', '22003'],
  ]
  for (const values of [undefined, []]) {
    for (const [text, code] of cases) {
      const config = values ? { text, queryMode: 'extended' } : { text }
      const e = await fails(client.query(config), code, text)
      equal(e.severity, 'ERROR', 'severity')
      equal((await one(client, 'SELECT 1::int4 AS v')).v, 1, `after ${code}`)
    }
  }
  await fails(client.query('SELECT $1::int4 AS v', ['abc']), '22P02', 'parameter')
  await client.query('BEGIN')
  await fails(client.query('SELECT v FROM nodepg_missing'), '42P01', 'in a transaction')
  await fails(client.query('SELECT 1 AS v'), '25P02', 'simple')
  await fails(client.query('SELECT $1::int4 AS v', [1]), '25P02', 'extended')
  await client.query('ROLLBACK')
  equal((await one(client, 'SELECT 1::int4 AS v')).v, 1, 'after ROLLBACK')
})

await check('cancel', async (defer) => {
  const client = await connect(defer)
  const query = new pg.Query(longQuery, (e) => ended(e))
  let ended
  const outcome = new Promise((resolve) => { ended = resolve })
  client.query(query)
  await new Promise((resolve) => setTimeout(resolve, 500))
  // Client.cancel sends the request as soon as the socket is open, before TLS
  // could begin, so a client of its own without TLS does it.
  const canceller = new pg.Client({ ...config, ssl: false })
  canceller.connection.on('error', () => {})
  const began = Date.now()
  canceller.cancel(client, query)
  const e = await outcome
  canceller.connection.stream.destroy()
  equal(e && e.code, '57014', 'SQLSTATE')
  if (Date.now() - began > 10000) throw new Error(`took ${Date.now() - began} ms`)
  equal((await one(client, 'SELECT 1::int4 AS v')).v, 1, 'afterwards')
}, 20)

await check('cancel/statement_timeout', async (defer) => {
  const client = await connect(defer, { statement_timeout: 500 })
  await fails(client.query(longQuery), '57014', 'timeout')
  equal((await one(client, 'SELECT 1::int4 AS v')).v, 1, 'afterwards')
}, 20)

await check('rollback', async (defer) => {
  const a = await connect(defer)
  const b = await connect(defer)
  await a.query('DROP TABLE IF EXISTS nodepg_t')
  defer(() => a.query('DROP TABLE IF EXISTS nodepg_t'))
  await a.query('BEGIN')
  await a.query('CREATE TABLE nodepg_t (id int, name text)')
  equal((await a.query('INSERT INTO nodepg_t VALUES ($1, $2), ($3, $4)', [1, 'a', 2, 'b'])).rowCount, 2, 'rows inserted')
  await a.query('ROLLBACK')
  await fails(a.query('SELECT id FROM nodepg_t'), '42P01', 'after ROLLBACK')
  await a.query('BEGIN')
  await a.query('CREATE TABLE nodepg_t (id int, name text)')
  await a.query('INSERT INTO nodepg_t VALUES ($1, $2)', [1, 'a'])
  await fails(b.query('SELECT id FROM nodepg_t'), '42P01', 'before COMMIT')
  await a.query('COMMIT')
  equal((await b.query('SELECT id, name FROM nodepg_t')).rows, [{ id: 1, name: 'a' }], 'after COMMIT')
  await a.query('BEGIN')
  await a.query("UPDATE nodepg_t SET name = 'z'")
  await a.query('ROLLBACK')
  equal((await b.query('SELECT name FROM nodepg_t')).rows, [{ name: 'a' }], 'after the second ROLLBACK')
})

await check('prepared', async (defer) => {
  const client = await connect(defer)
  for (let i = 0; i < 200; i++) {
    const a = await client.query({ name: 'twice', text: 'SELECT $1::int4 * 2 AS v, $2::text AS t', values: [i, `t${i}`] })
    equal(a.rows, [{ v: i * 2, t: `t${i}` }], 'twice')
    const b = await client.query({ name: 'half', text: 'SELECT $1::float8 / 2 AS h', values: [i] })
    equal(b.rows, [{ h: i / 2 }], 'half')
  }
  // An error leaves the statement usable.
  await fails(client.query({ name: 'twice', text: 'SELECT $1::int4 * 2 AS v, $2::text AS t', values: ['x', ''] }), '22P02', 'bad value')
  const again = await client.query({ name: 'twice', text: 'SELECT $1::int4 * 2 AS v, $2::text AS t', values: [4, ''] })
  equal(again.rows, [{ v: 8, t: '' }], 'again')
})

// Statements queued without waiting for the one before.
await check('batch', async (defer) => {
  const client = await connect(defer)
  await client.query('CREATE TEMP TABLE t (id int PRIMARY KEY, name text)')
  const sent = []
  for (let i = 1; i <= 1000; i++) sent.push(client.query('INSERT INTO t VALUES ($1, $2)', [i, `n${i}`]))
  for (const r of await Promise.all(sent)) equal(r.rowCount, 1, 'rowCount')
  const row = await one(client, 'SELECT count(*)::int4 AS n, sum(id)::int4 AS s FROM t')
  equal(row, { n: 1000, s: 500500 }, 'sums')
  // several statements in one simple query
  const results = await client.query("SELECT 1::int4 AS a; INSERT INTO t VALUES (2000, 'x'), (2001, 'y'); SELECT 'b' AS b")
  equal(results.map((r) => [r.command, r.rowCount]), [['SELECT', 1], ['INSERT', 2], ['SELECT', 1]], 'several')
  equal([results[0].rows, results[2].rows], [[{ a: 1 }], [{ b: 'b' }]], 'rows of several')
})

await check('batch/pipeline', async (defer) => {
  const client = await connect(defer, { pipeline: true })
  await client.query('CREATE TEMP TABLE t (id int PRIMARY KEY, name text)')
  const sent = []
  for (let i = 1; i <= 1000; i++) {
    sent.push(client.query('INSERT INTO t VALUES ($1, $2)', [i, `n${i}`]))
    sent.push(client.query({ name: 'get', text: 'SELECT name FROM t WHERE id = $1', values: [i] }))
  }
  // One that fails takes no other with it.
  const duplicate = fails(client.query('INSERT INTO t VALUES ($1, $2)', [1, 'again']), '23505', 'duplicate')
  const after = client.query('SELECT count(*)::int4 AS n FROM t')
  const results = await Promise.all(sent)
  for (let i = 1; i <= 1000; i++) {
    equal(results[2 * i - 2].rowCount, 1, 'rowCount')
    equal(results[2 * i - 1].rows, [{ name: `n${i}` }], 'row')
  }
  await duplicate
  equal((await after).rows, [{ n: 1000 }], 'after the failed one')
})

for (const format of ['text', 'csv']) {
  await check(`copy_out/${format}`, async (defer) => {
    const client = await connect(defer)
    const chunks = []
    const stream = client.query(copyStreams.to(`COPY (${copyQuery}) TO STDOUT WITH (FORMAT ${format})`))
    for await (const chunk of stream) chunks.push(chunk)
    compareCopied(Buffer.concat(chunks), format)
    equal((await one(client, 'SELECT 1::int4 AS v')).v, 1, 'afterwards')
    // one that fails
    const broken = client.query(copyStreams.to('COPY (SELECT nope AS v FROM (SELECT 1 AS v) t) TO STDOUT'))
    await fails((async () => { for await (const chunk of broken) chunks.push(chunk) })(), '42703', 'error')
    equal((await one(client, 'SELECT 1::int4 AS v')).v, 1, 'after the error')
  })
}

for (const format of ['text', 'csv']) {
  await check(`copy_in/${format}`, async (defer) => {
    const client = await connect(defer)
    await client.query('CREATE TEMP TABLE t (id bigint, name text, amount numeric(12,2))')
    const copy = (lines) => {
      const stream = client.query(copyStreams.from(`COPY t (id, name, amount) FROM STDIN WITH (FORMAT ${format})`))
      return pipeline(Readable.from(lines, { objectMode: true }), stream).then(() => stream.rowCount)
    }
    equal(await copy(copyLines(format)), 200000, 'rowCount')
    compareTable((await client.query('SELECT id, name, amount FROM t ORDER BY id')).rows)
    const comma = format === 'csv' ? ',' : '\t'
    await fails(copy([`-1${comma}good${comma}1\n`, `abc${comma}bad${comma}1\n`]), '22P02', 'not a number')
    equal((await one(client, 'SELECT count(*)::int4 AS n FROM t')).n, 200000, 'after the first error')
    await fails(copy([`-1${comma}good${comma}1\n`, `-2${comma}bad\n`]), '22P04', 'a column is missing')
    equal((await one(client, 'SELECT count(*)::int4 AS n FROM t')).n, 200000, 'after the second error')
    equal(await copy([`0${comma}more${comma}1.50\n`]), 1, 'one more')
    equal((await one(client, 'SELECT name, amount FROM t WHERE id = 0')), { name: 'more', amount: '1.50' }, 'one more')
  })
}

await check('pool', async (defer) => {
  const pool = new pg.Pool({ ...config, max: 5 })
  pool.on('error', (e) => console.error('pool', e))
  defer(() => pool.end())
  const task = async (n) => {
    for (let i = 0; i < 10; i++) {
      const { rows } = await pool.query('SELECT $1::int4 AS n, i::int4 AS i FROM generate_series(1, 100) AS g(i) ORDER BY i', [n])
      equal(rows, Array.from({ length: 100 }, (_, k) => ({ n, i: k + 1 })), `task ${n}`)
      if (i === 5) await fails(pool.query('SELECT $1::int4 AS n', ['abc']), '22P02', 'bad value')
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        equal((await client.query('SELECT $1::text AS t', [`task ${n}`])).rows, [{ t: `task ${n}` }], 'in a transaction')
        await client.query('COMMIT')
      } finally {
        client.release()
      }
    }
  }
  await Promise.all(Array.from({ length: 20 }, (_, n) => task(n)))
  equal(pool.totalCount, 5, 'connections')
})

await check('catalog', async (defer) => {
  const client = await connect(defer)
  const text = `SELECT 1::int2 AS a, 2::int4 AS b, 3::int8 AS c, 'x'::text AS d, 1.5::numeric(12,2) AS e, true AS f,
    DATE '2000-01-01' AS g, TIMESTAMP '2000-01-01 00:00:00' AS h, 0.5::float8 AS i`
  const b = pg.types.builtins
  const want = [['a', b.INT2], ['b', b.INT4], ['c', b.INT8], ['d', b.TEXT], ['e', b.NUMERIC], ['f', b.BOOL],
    ['g', b.DATE], ['h', b.TIMESTAMP], ['i', b.FLOAT8]]
  for (const queryMode of ['simple', 'extended']) {
    const { fields, command, rowCount } = await client.query({ text, queryMode })
    equal(fields.map((f) => [f.name, f.dataTypeID]), want, 'fields')
    // ((12 << 16) | 2) + 4, as numeric(12,2) is stored
    equal(fields[4].dataTypeModifier, 786438, 'modifier of numeric(12,2)')
    equal([command, rowCount], ['SELECT', 1], 'command')
  }
  // a result without rows has its columns all the same
  const none = await client.query('SELECT 1::int4 AS a, $1::text AS b WHERE false', ['x'])
  equal(none.fields.map((f) => [f.name, f.dataTypeID]), [['a', b.INT4], ['b', b.TEXT]], 'fields of no rows')
})

finish()
