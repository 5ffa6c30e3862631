// What the checks of the Node drivers share: the runner, assertions, and the
// data that is written and expected.

// timestamp and date are read as local time by both drivers: one zone without
// daylight saving makes them comparable everywhere.
process.env.TZ = 'UTC'

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

const env = process.env

export const settings = {
  host: env.PGHOST,
  port: Number(env.PGPORT),
  user: env.PGUSER,
  password: env.PGPASSWORD,
  database: env.PGDATABASE,
}

export const rootCertificate = readFileSync(env.PGSSLROOTCERT, 'utf8')

let failed = false

// check runs one check and prints its line. It goes on after a failure; what
// hangs longer than the limit has failed.
export async function check(name, run, seconds = 55) {
  let timer
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000)
  })
  const cleanups = []
  const defer = (f) => cleanups.push(f)
  try {
    await Promise.race([run(defer), limit])
    console.log(`ok ${name}`)
  } catch (e) {
    failed = true
    console.log(`not ok ${name}: ${oneLine(e)}`)
    console.error(name, e)
  }
  clearTimeout(timer)
  for (const f of cleanups.reverse()) {
    const t = new Promise((resolve) => setTimeout(resolve, 3000).unref())
    await Promise.race([Promise.resolve().then(f).catch(() => {}), t])
  }
}

// finish ends the process, whatever a failed check may have left open.
export function finish() {
  process.exit(failed ? 1 : 0)
}

// An error that the driver raises where no promise waits for it must not end
// the run before the other checks.
process.on('unhandledRejection', (e) => console.error('unhandled', e))
process.on('uncaughtException', (e) => console.error('uncaught', e))

function oneLine(e) {
  const code = e && e.code && e.code !== 'ERR_ASSERTION' ? `${e.code} ` : ''
  return (code + (e && e.message ? e.message : String(e))).replace(/\s+/g, ' ').slice(0, 300)
}

// equal compares deeply, and names in its message what was compared.
export function equal(got, want, what) {
  try {
    assert.deepStrictEqual(got, want)
  } catch {
    throw new Error(`${what}: got ${show(got)}, want ${show(want)}`)
  }
}

function show(v) {
  if (Buffer.isBuffer(v)) return `Buffer(${v.length}) ${v.toString('hex').slice(0, 60)}`
  const s = typeof v === 'bigint' ? `${v}n` : Object.is(v, -0) ? '-0' : typeof v === 'number' ? String(v) : JSON.stringify(v)
  return String(s).slice(0, 100)
}

// fails waits for the error of a statement and compares its SQLSTATE.
export async function fails(promise, code, what) {
  let value
  try {
    value = await promise
  } catch (e) {
    if (e.code !== code) {
      throw new Error(`${what}: got ${e.code} ${e.message}, want ${code}`)
    }
    return e
  }
  throw new Error(`${what}: no error but ${show(value)}, want ${code}`)
}

// An hour-long query, for whatever ends it early.
export const longQuery =
  'SELECT count(*)::bigint AS n FROM generate_series(1, 100000000) a(x), generate_series(1, 1000) b(y) WHERE (a.x * b.y) % 7 = 3'

// One million rows; each column follows from the first.
export const rowCount = 1000000
export const rowsQuery = `SELECT i::bigint AS id, ('row ' || i::text)::text AS name, (i * 0.5)::float8 AS half,
  (i * 0.01)::numeric(12,2) AS price, (TIMESTAMP '2000-01-01 00:00:00' + i * INTERVAL '1 second')::timestamp AS at,
  (DATE '2000-01-01' + (i % 10000)::int)::date AS day, (i % 3 = 0)::bool AS third
  FROM generate_series(1, ${rowCount}) AS g(i)`

const epoch2000 = Date.UTC(2000, 0, 1)

// cents gives i/100 with two digits, as numeric(12,2) is printed.
export function cents(i) {
  return `${Math.floor(i / 100)}.${String(i % 100).padStart(2, '0')}`
}

// RowSums adds up every column as the driver gave it, after comparing each
// value with the one that the row's number asks for.
export class RowSums {
  constructor() {
    this.sums = { count: 0, id: 0n, name: 0, half: 0, price: 0n, at: 0n, day: 0, third: 0 }
  }

  add(id, name, half, price, at, day, third) {
    const i = Number(id)
    if (
      name !== `row ${i}` ||
      half !== i * 0.5 ||
      price !== cents(i) ||
      at.getTime() !== epoch2000 + i * 1000 ||
      day.getTime() !== epoch2000 + (i % 10000) * 86400000 ||
      third !== (i % 3 === 0)
    ) {
      throw new Error(`row ${id}: ${show([id, name, half, price, at, day, third])}`)
    }
    const s = this.sums
    s.count++
    s.id += BigInt(i)
    s.name += name.length
    s.half += half
    s.price += BigInt(price.replace('.', ''))
    s.at += BigInt((at.getTime() - epoch2000) / 1000)
    s.day += (day.getTime() - epoch2000) / 86400000
    s.third += third ? 1 : 0
  }

  verify() {
    const n = rowCount
    const total = (n * (n + 1)) / 2
    let digits = 0
    for (let d = 1; d <= n; d *= 10) digits += n - d + 1
    equal(
      this.sums,
      {
        count: n,
        id: BigInt(total),
        name: 4 * n + digits,
        half: total / 2,
        price: BigInt(total),
        at: BigInt(total),
        day: (n / 10000) * ((10000 * 9999) / 2),
        third: Math.floor(n / 3),
      },
      'sums',
    )
  }
}

// The rows of the COPY checks: id, a text that needs every kind of quoting,
// and an amount; both with NULLs.
export const copyCount = 200000

export function copyName(i) {
  switch (i % 10) {
    case 0: return null
    case 1: return `plain ${i}`
    case 2: return `comma, ${i}`
    case 3: return `quote " and ' ${i}`
    case 4: return `line\nbreak\r\n${i}`
    case 5: return `tab\tand\\slash ${i}`
    case 6: return `ünï ☃ 😀 ${i}`
    case 7: return ''
    case 8: return '\\N'
    default: return 'NULL'
  }
}

export function copyAmount(i) {
  return i % 7 === 0 ? null : cents(i)
}

// copyQuery makes rows of the same shape on the server, each text written with
// chr() where a literal would depend on the server's rules for backslashes.
export const copyQuery = `SELECT i::bigint AS id, (CASE i % 10 WHEN 0 THEN NULL WHEN 1 THEN 'plain ' || i::text
  WHEN 2 THEN 'comma, ' || i::text WHEN 3 THEN 'quote " and '' ' || i::text
  WHEN 4 THEN 'line' || chr(10) || 'break' || chr(13) || chr(10) || i::text
  WHEN 5 THEN 'tab' || chr(9) || 'and' || chr(92) || 'slash ' || i::text
  WHEN 6 THEN 'ünï ☃ 😀 ' || i::text WHEN 7 THEN '' WHEN 8 THEN chr(92) || 'N' ELSE 'NULL' END)::text AS name,
  (CASE WHEN i % 7 = 0 THEN NULL ELSE i * 0.01 END)::numeric(12,2) AS amount
  FROM generate_series(1, ${copyCount}) AS g(i) ORDER BY i`

function textField(s) {
  if (s === null) return '\\N'
  return s.replace(/[\\\t\n\r]/g, (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c])
}

function csvField(s) {
  if (s === null) return ''
  return s === '' || /[",\n\r]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s
}

// copyLines gives the rows as COPY's text or csv format, byte for byte as
// PostgreSQL writes them.
export function copyLines(format) {
  const field = format === 'csv' ? csvField : textField
  const between = format === 'csv' ? ',' : '\t'
  const lines = []
  for (let i = 1; i <= copyCount; i++) {
    lines.push([String(i), field(copyName(i)), field(copyAmount(i))].join(between) + '\n')
  }
  return lines
}

// compareCopied compares what a COPY wrote with what it should have.
export function compareCopied(got, format) {
  const want = Buffer.from(copyLines(format).join(''))
  if (got.equals(want)) return
  const a = got.toString('utf8').split('\n')
  const b = want.toString('utf8').split('\n')
  const at = b.findIndex((line, n) => line !== a[n])
  throw new Error(`${format}: ${got.length} bytes, want ${want.length}; line ${at + 1} is ${show(a[at])}, want ${show(b[at])}`)
}

// compareTable compares rows of {id, name, amount} in the order of id.
export function compareTable(rows) {
  equal(rows.length, copyCount, 'count of rows')
  rows.forEach((r, n) => {
    const i = n + 1
    if (r.id !== String(i) || r.name !== copyName(i) || r.amount !== copyAmount(i)) {
      throw new Error(`row ${i}: ${show(r)}, want ${show([i, copyName(i), copyAmount(i)])}`)
    }
  })
}

export const allBytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
export const oddText = `it's "quoted" \\ back, ünï ☃ 😀 $1 ? %s`
export const longText = 'é'.repeat(512 * 1024)
export const oddTexts = ['a', null, 'b,c', 'd"e', "it's", '', 'NULL', '{x}', 'back\\slash', 'ünï ☃']

export { assert }
