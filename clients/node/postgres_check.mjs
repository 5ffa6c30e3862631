// Checks of postgres (postgres.js), which is a pool by itself.
//
// Left out: COPY in binary (its streams pass bytes on, nothing encodes them)
// and binary results (it asks for text only). Unless told otherwise it reads
// the array types from pg_type on its first connection, prepares every
// statement, and sends statements without waiting for those before. It writes a
// NULL within an array but reads one as 'NULL' or NaN, and it never tells of an
// error at the end of a COPY … FROM STDIN; the checks look at the server's side.

import {
  settings, rootCertificate, check, finish, equal, fails, longQuery, rowsQuery, RowSums,
  copyQuery, copyLines, compareCopied, compareTable, allBytes, oddText, longText, oddTexts,
} from './common.mjs'
import tls from 'node:tls'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import postgres from 'postgres'

let encrypted = 0

const config = {
  ...settings,
  username: settings.user,
  ssl: {
    ca: rootCertificate,
    rejectUnauthorized: true,
    // Node calls this at the end of a handshake: how one sees that there was one.
    checkServerIdentity(host, certificate) {
      encrypted++
      return tls.checkServerIdentity(settings.host, certificate)
    },
  },
  max: 1,
  connect_timeout: 10,
  onnotice: () => {},
}

function open(defer, more = {}) {
  const sql = postgres({ ...config, ...more })
  defer(() => sql.end({ timeout: 2 }))
  return sql
}

async function one(query) {
  const rows = await query
  equal(rows.length, 1, 'rows')
  return { ...rows[0] }
}

await check('connect', async (defer) => {
  const sql = open(defer)
  const row = await one(sql`SELECT current_user::text AS u, current_database()::text AS d`)
  equal(encrypted > 0, true, 'TLS')
  if (!/^15\b/.test(sql.parameters.server_version)) throw new Error(`server_version ${sql.parameters.server_version}`)
  equal(row, { u: settings.user, d: settings.database }, 'user and database')
  const shown = await one(sql`SHOW server_version`)
  if (!/^15\b/.test(shown.server_version)) throw new Error(`SHOW server_version: ${JSON.stringify(shown)}`)
})

const ways = [
  ['rows', {}, (sql) => sql.unsafe(rowsQuery, [], { prepare: true })],
  ['rows/unsafe', {}, (sql) => sql.unsafe(rowsQuery)],
  ['rows/values', {}, (sql) => sql.unsafe(rowsQuery, [], { prepare: true }).values()],
]
for (const [name, more, run] of ways) {
  await check(name, async (defer) => {
    const sums = new RowSums()
    for (const r of await run(open(defer, more))) {
      if (Array.isArray(r)) sums.add(...r)
      else sums.add(r.id, r.name, r.half, r.price, r.at, r.day, r.third)
    }
    sums.verify()
  })
}

await check('rows/for_each', async (defer) => {
  const sums = new RowSums()
  await open(defer).unsafe(rowsQuery).forEach((r) => sums.add(r.id, r.name, r.half, r.price, r.at, r.day, r.third))
  sums.verify()
})

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
  ['date', '1969-07-20', new Date(Date.UTC(1969, 6, 20))], ['date', '2024-02-29', new Date(Date.UTC(2024, 1, 29))],
  ['time', '23:59:59.999999'], ['time', '00:00:00'],
  ['timestamp', '2024-02-29 12:34:56.789', new Date(2024, 1, 29, 12, 34, 56, 789)],
  ['timestamp', new Date(1969, 6, 20, 20, 17, 40)],
  ['timestamptz', '2024-02-29 12:34:56.789+05:30', new Date('2024-02-29T07:04:56.789Z')],
  ['timestamptz', new Date('1969-07-20T20:17:40.123Z')],
  ['interval', '1 year 2 mons 3 days 04:05:06.789'],
  ['interval', '-1 mons -2 days -00:00:03'],
  ['uuid', '0f14d0ab-9605-4a62-a9e4-5ed26688389b'],
  ['json', { a: [1, 'x', null], b: { c: 'é' } }],
  ['json', [1, 2]],
  ['int4[]', [1, 2, -3]], ['int4[]', []],
  ['int8[]', ['1', '9223372036854775807']],
  ['text[]', oddTexts.filter((t) => t !== null)], ['text[]', []],
  ['float8[]', [0.1, 2.5]],
]

async function types(sql, options) {
  const wrong = []
  for (const [type, value, want = value] of values) {
    try {
      equal((await one(sql.unsafe(`SELECT $1::${type} AS v`, [value], options))).v, want, type)
      equal((await one(sql.unsafe(`SELECT $1::${type} AS v`, [null], options))).v, null, `NULL of ${type}`)
    } catch (e) {
      wrong.push(`${type}: ${e.code || ''} ${e.message}`)
      console.error(type, e)
    }
  }
  if (wrong.length > 0) throw new Error(`${wrong.length} of ${values.length}: ${wrong.join('; ')}`)
}

await check('types', (defer) => types(open(defer), { prepare: true }))
await check('types/unprepared', (defer) => types(open(defer, { prepare: false }), {}))

await check('types/template', async (defer) => {
  const sql = open(defer)
  // sql.array needs the types that were read with the first statement
  await sql`SELECT 1 AS v`
  const at = new Date('2024-02-29T07:04:56.789Z')
  const row = await one(sql`SELECT ${sql.array([1, 2, 3])}::int4[] AS a, ${sql.array(['x', 'y"z'])}::text[] AS b,
    ${sql.json({ k: [1] })}::json AS c, ${at}::timestamptz AS d, ${allBytes}::bytea AS e, ${null}::text AS f,
    ${true}::bool AS g, ${1234567890123456789n}::numeric(38,0) AS h, ${sql.array([true, false], 1000)}::bool[] AS i`)
  equal(row, { a: [1, 2, 3], b: ['x', 'y"z'], c: { k: [1] }, d: at, e: allBytes, f: null, g: true, h: '1234567890123456789', i: [true, false] }, 'row')
  // NULL in an array: the server's answer
  const nulls = await one(sql`SELECT (a.v)[2] IS NULL AS x, (a.v)[1]::int4 AS y, (b.v)[1] IS NULL AS z
    FROM (SELECT ${[1, null]}::int4[] AS v) a, (SELECT ${[null, 'NULL']}::text[] AS v) b`)
  equal(nulls, { x: true, y: 1, z: true }, 'NULL in an array')
  // types of one's own, by their OIDs
  const big = open(defer, { types: { bigint: postgres.BigInt } })
  equal((await one(big`SELECT ${9007199254740993n}::int8 AS v`)).v, 9007199254740993n, 'bigint')
})

await check('error', async (defer) => {
  const sql = open(defer)
  const cases = [
    ['SELEC 1', '42601'],
    ['SELECT 1 AS v FROM', '42601'],
    ['SELECT v FROM nodepostgres_missing', '42P01'],
    ['SELECT nope FROM (SELECT 1 AS v) t', '42703'],
    ["SELECT 'abc'::int AS v", '22P02'],
    ['SELECT 99999999999::int AS v', '22003'],
  ]
  for (const run of [(text) => sql.unsafe(text), (text) => sql.unsafe(text, [], { prepare: true })]) {
    for (const [text, code] of cases) {
      const e = await fails(run(text), code, text)
      equal([e.name, e.severity], ['PostgresError', 'ERROR'], 'error')
      equal((await one(sql`SELECT 1::int4 AS v`)).v, 1, `after ${code}`)
    }
  }
  await fails(sql`SELECT ${'abc'}::text::int4 AS v`, '22P02', 'parameter')
  await fails(sql.begin(async (tx) => {
    await fails(tx`SELECT v FROM nodepostgres_missing`, '42P01', 'in a transaction')
    await fails(tx`SELECT 1 AS v`, '25P02', 'extended')
    await fails(tx`SELECT 1 AS v`.simple(), '25P02', 'simple')
    throw Object.assign(new Error('roll back'), { code: 'mine' })
  }), 'mine', 'transaction')
  equal((await one(sql`SELECT 1::int4 AS v`)).v, 1, 'after ROLLBACK')
})

for (const [name, start] of [['cancel', (sql) => sql.unsafe(longQuery, [], { prepare: true })], ['cancel/simple', (sql) => sql.unsafe(longQuery).simple()]]) {
  await check(name, async (defer) => {
    const sql = open(defer)
    const query = start(sql)
    const outcome = fails(query, '57014', 'cancelled query')
    await new Promise((resolve) => setTimeout(resolve, 700))
    const began = Date.now()
    query.cancel()
    await outcome
    if (Date.now() - began > 10000) throw new Error(`took ${Date.now() - began} ms`)
    equal((await one(sql`SELECT 1::int4 AS v`)).v, 1, 'afterwards')
  }, 20)
}

await check('cancel/statement_timeout', async (defer) => {
  const sql = open(defer, { connection: { statement_timeout: 500, application_name: 'nodepostgres' } })
  await fails(sql.unsafe(longQuery), '57014', 'timeout')
  equal((await one(sql`SHOW application_name`)).application_name, 'nodepostgres', 'application_name')
}, 20)

await check('rollback', async (defer) => {
  const a = open(defer)
  const b = open(defer)
  await a`DROP TABLE IF EXISTS nodepostgres_t`
  defer(() => a`DROP TABLE IF EXISTS nodepostgres_t`)
  await fails(a.begin(async (tx) => {
    await tx`CREATE TABLE nodepostgres_t (id int, name text)`
    equal((await tx`INSERT INTO nodepostgres_t ${tx([{ id: 1, name: 'a' }, { id: 2, name: 'b' }])}`).count, 2, 'rows inserted')
    throw Object.assign(new Error('roll back'), { code: 'mine' })
  }), 'mine', 'transaction')
  await fails(a`SELECT id FROM nodepostgres_t`, '42P01', 'after ROLLBACK')
  await a.begin(async (tx) => {
    await tx`CREATE TABLE nodepostgres_t (id int, name text)`
    await tx`INSERT INTO nodepostgres_t VALUES (${1}, ${'a'})`
    await fails(b`SELECT id FROM nodepostgres_t`, '42P01', 'before COMMIT')
  })
  equal([...(await b`SELECT id, name FROM nodepostgres_t`)], [{ id: 1, name: 'a' }], 'after COMMIT')
  await fails(a.begin(async (tx) => {
    await tx`UPDATE nodepostgres_t SET name = 'z'`
    throw Object.assign(new Error('roll back'), { code: 'mine' })
  }), 'mine', 'second transaction')
  equal([...(await b`SELECT name FROM nodepostgres_t`)], [{ name: 'a' }], 'after the second ROLLBACK')
})

await check('rollback/read_only', async (defer) => {
  const b = open(defer)
  await b`DROP TABLE IF EXISTS nodepostgres_u`
  defer(() => b`DROP TABLE IF EXISTS nodepostgres_u`)
  await fails(b.begin('read only', (tx) => tx`CREATE TABLE nodepostgres_u (id int)`), '25006', 'read only')
})

await check('prepared', async (defer) => {
  const sql = open(defer)
  let statement
  for (let i = 0; i < 200; i++) {
    const a = await sql`SELECT ${i}::int4 * 2 AS v, ${`t${i}`}::text AS t`
    equal({ ...a[0] }, { v: i * 2, t: `t${i}` }, 'twice')
    // one name all along: the driver's cache was used
    statement ??= a.statement.name
    equal([a.statement.name, statement !== ''], [statement, true], 'name of the statement')
    equal((await one(sql`SELECT ${i}::float8 / 2 AS h`)).h, i / 2, 'half')
  }
  await fails(sql.unsafe('SELECT $1::int4 + 1 AS v', ['abc'], { prepare: true }), '22P02', 'bad value')
  equal((await one(sql`SELECT ${4}::int4 * 2 AS v, ${''}::text AS t`)), { v: 8, t: '' }, 'again')
  const described = await sql`SELECT ${1}::int4 AS a, ${'x'}::text AS b, 0.5::float8 AS c`.describe()
  equal(described.types, [23, 25], 'types of the parameters')
  equal(described.columns.map((c) => [c.name, c.type]), [['a', 23], ['b', 25], ['c', 701]], 'columns')
})

await check('batch', async (defer) => {
  const sql = open(defer)
  await sql`CREATE TEMP TABLE t (id int PRIMARY KEY, name text)`
  const sent = []
  for (let i = 1; i <= 1000; i++) {
    // a statement is sent when it is awaited, or by execute
    sent.push(sql`INSERT INTO t VALUES (${i}, ${`n${i}`})`.execute(), sql`SELECT name FROM t WHERE id = ${i}`.execute())
  }
  const duplicate = fails(sql`INSERT INTO t VALUES (${1}, ${'again'})`, '23505', 'duplicate')
  const after = one(sql`SELECT count(*)::int4 AS n FROM t`)
  const results = await Promise.all(sent)
  for (let i = 1; i <= 1000; i++) {
    equal(results[2 * i - 2].count, 1, 'count')
    equal([...results[2 * i - 1]], [{ name: `n${i}` }], 'row')
  }
  await duplicate
  equal((await after).n, 1000, 'after the failed one')
  // many rows in one statement
  const rows = Array.from({ length: 5000 }, (_, k) => ({ id: k + 10001, name: oddText + k }))
  equal((await sql`INSERT INTO t ${sql(rows, 'id', 'name')}`).count, 5000, 'rows inserted')
  const back = await sql`SELECT id, name FROM t WHERE id > ${10000} ORDER BY id`
  equal([...back].map((r) => ({ ...r })), rows, 'rows')
  equal([...(await sql`SELECT name FROM t WHERE id IN ${sql([1, 2])} ORDER BY id`)], [{ name: 'n1' }, { name: 'n2' }], 'IN')
  equal((await sql`UPDATE t SET ${sql({ name: 'new' }, 'name')} WHERE id = ${5}`).count, 1, 'UPDATE')
  equal((await sql`DELETE FROM t WHERE id > ${10000} RETURNING id`).length, 5000, 'DELETE … RETURNING')
  // several statements in one simple query
  const several = await sql`SELECT 1::int4 AS a; SELECT 'b' AS b`.simple()
  equal(several.map((r) => ({ ...r[0] })), [{ a: 1 }, { b: 'b' }], 'several')
})

for (const format of ['text', 'csv']) {
  await check(`copy_out/${format}`, async (defer) => {
    const sql = open(defer)
    const chunks = []
    const stream = await sql.unsafe(`COPY (${copyQuery}) TO STDOUT WITH (FORMAT ${format})`).readable()
    for await (const chunk of stream) chunks.push(chunk)
    compareCopied(Buffer.concat(chunks), format)
    equal((await one(sql`SELECT 1::int4 AS v`)).v, 1, 'afterwards')
    await fails(sql`COPY (SELECT nope AS v FROM (SELECT 1 AS v) t) TO STDOUT`.readable(), '42703', 'error')
    equal((await one(sql`SELECT 1::int4 AS v`)).v, 1, 'after the error')
  })
}

for (const format of ['text', 'csv']) {
  await check(`copy_in/${format}`, async (defer) => {
    const sql = open(defer)
    await sql`CREATE TEMP TABLE t (id bigint, name text, amount numeric(12,2))`
    const copy = async (lines) => {
      const stream = await sql.unsafe(`COPY t (id, name, amount) FROM STDIN WITH (FORMAT ${format})`).writable()
      await pipeline(Readable.from(lines, { objectMode: true }), stream)
    }
    await copy(copyLines(format))
    compareTable(await sql`SELECT id, name, amount FROM t ORDER BY id`)
    const comma = format === 'csv' ? ',' : '\t'
    for (const bad of [`abc${comma}bad${comma}1\n`, `-2${comma}bad\n`]) {
      // The end of the stream never comes: it is destroyed once the error must
      // be there. Then the connection takes statements again.
      const stream = await sql.unsafe(`COPY t (id, name, amount) FROM STDIN WITH (FORMAT ${format})`).writable()
      stream.write(`-1${comma}good${comma}1\n`)
      stream.end(bad)
      await new Promise((resolve) => setTimeout(resolve, 500))
      stream.destroy()
      equal((await one(sql`SELECT count(*)::int4 AS n FROM t`)).n, 200000, 'after an error')
    }
    await copy([`0${comma}more${comma}1.50\n`])
    equal((await one(sql`SELECT name, amount FROM t WHERE id = 0`)), { name: 'more', amount: '1.50' }, 'one more')
  })
}

await check('pool', async (defer) => {
  const sql = open(defer, { max: 5 })
  const task = async (n) => {
    for (let i = 0; i < 10; i++) {
      const rows = await sql`SELECT ${n}::int4 AS n, i::int4 AS i FROM generate_series(1, 100) AS g(i) ORDER BY i`
      equal([...rows].map((r) => ({ ...r })), Array.from({ length: 100 }, (_, k) => ({ n, i: k + 1 })), `task ${n}`)
      if (i === 5) await fails(sql`SELECT ${'abc'}::text::int4 AS n`, '22P02', 'bad value')
      await sql.begin(async (tx) => {
        equal([...(await tx`SELECT ${`task ${n}`}::text AS t`)], [{ t: `task ${n}` }], 'in a transaction')
      })
      const reserved = await sql.reserve()
      try {
        equal([...(await reserved`SELECT ${n}::int4 AS n`)], [{ n }], 'reserved')
      } finally {
        reserved.release()
      }
    }
  }
  await Promise.all(Array.from({ length: 20 }, (_, n) => task(n)))
})

await check('catalog', async (defer) => {
  const sql = open(defer)
  const text = `SELECT 1::int2 AS a, 2::int4 AS b, 3::int8 AS c, 'x'::text AS d, 1.5::numeric(12,2) AS e, true AS f,
    DATE '2000-01-01' AS g, TIMESTAMP '2000-01-01 00:00:00' AS h, 0.5::float8 AS i`
  const want = [['a', 21], ['b', 23], ['c', 20], ['d', 25], ['e', 1700], ['f', 16], ['g', 1082], ['h', 1114], ['i', 701]]
  for (const options of [{}, { prepare: true }]) {
    const result = await sql.unsafe(text, [], options)
    equal(result.columns.map((c) => [c.name, c.type]), want, 'columns')
    equal([result.command, result.count], ['SELECT', 1], 'command')
  }
  const none = await sql`SELECT 1::int4 AS a, ${'x'}::text AS b WHERE false`
  equal(none.columns.map((c) => [c.name, c.type]), [['a', 23], ['b', 25]], 'columns of no rows')
  // What it has read from pg_type at the start: arrays with their elements.
  for (const [array, element] of [[1007, 23], [1009, 25], [1016, 20], [1231, 1700], [1185, 1184], [2951, 2950]]) {
    equal(sql.options.shared.typeArrayMap[element], array, `array type of ${element}`)
  }
  // Without that look-up it knows no arrays: they are text.
  const plain = open(defer, { fetch_types: false })
  equal((await one(plain`SELECT ARRAY[1, 2]::int4[] AS v`)).v, '{1,2}', 'without the look-up')
})

finish()
