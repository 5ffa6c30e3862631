SELECT id, length(w), char_length(w), octet_length(w), upper(w), lower(w), reverse(w) FROM words ORDER BY id

SELECT substring('hello' from 2 for 3), substring('hello' from 2), substring('hello' for 3), substring('hello', 2, 3), substr('hello', 2)

SELECT substring('hello' for 2 from 3)

SELECT substring('hello', 0, 3), substr('hello', 0), substring('hello', 10)

SELECT substring('hello', -1, 4)

SELECT substring('hello', 2, 0), substring('hello', 2, 100)

SELECT substring('hello', 2, -1)

SELECT substring('foobar' from 'o.b')

SELECT substring('foobar' from 'o(.)b')

SELECT substring('foobar' from 'z')

-- differs: fails with 42601: syntax error at or near "'%#"o_b#"%'"
SELECT substring('foobar' similar '%#"o_b#"%' escape '#')

-- differs: fails with 42725: operator is not unique: unknown + unknown
SELECT substring('foobar' from '%#"o_b#"%' for '#')

SELECT overlay('Txxxxas' placing 'hom' from 2 for 4), overlay('abcdef' placing 'X' from 3)

SELECT position('lo' in 'hello'), position('' in 'x'), position('z' in 'hello'), strpos('hello', 'l')

SELECT trim('  x  ') || '|', trim(leading ' ' from '  x ') || '|', trim(trailing from '  x ') || '|', trim(both 'xy' from 'xyaxy'), trim('xyaxy', 'xy')

SELECT ltrim('xxaxx', 'x'), rtrim('xxaxx', 'x'), ltrim('zzzytest', 'xyz')

SELECT btrim('xxaxx', 'x')

SELECT btrim('  a ')

SELECT trim(E'\t a \n'), length(trim(E'\t a \n'))

SELECT lpad('hi', 5, 'xy'), rpad('hi', 5, 'xy')

SELECT lpad('hello', 2)

SELECT rpad('hello', 2)

SELECT lpad('hi', 5) || '|'

SELECT lpad('hi', -1)

SELECT lpad('x', 3, '')

SELECT split_part('a,b,c', ',', 2), split_part('a,b,c', ',', 5), split_part('a,b,c', ',', -1), split_part('abc', ',', 1), split_part('', ',', 1)

SELECT split_part('a,b,c', ',', 0)

SELECT translate('12345', '143', 'ax'), translate('hello', 'l', ''), replace('hello', 'l', 'L'), replace('hello', '', 'x')

SELECT initcap('hi THOMAS o''neil foo-bar ünit')

SELECT repeat('ab', 3), repeat('ab', 0), repeat('ab', -1)

SELECT left('hello', 2), left('hello', -2), right('hello', 2), right('hello', -2), left('hello', 0), right('hello', 10), left('ünï', 2)

SELECT format('Hello %s, %1$s %2$s', 'World', 'x')

SELECT format('plain')

SELECT format('%I %L %%', 'my col', 'it''s')

SELECT format('%-5s|%5s|', 'a', 'b')

SELECT format('%L', NULL)

SELECT format('%s', NULL), format('%s %s', 1, true)

SELECT format('%s %s', 'a')

SELECT quote_ident('abc'), quote_ident('Abc'), quote_ident('a"b'), quote_literal('it''s'), quote_nullable(NULL)

SELECT quote_ident('select')

SELECT quote_literal(E'a\\b')

SELECT quote_literal(42)

SELECT concat('a', NULL, 1, true), concat_ws(',', 'a', NULL, 'b', ''), concat_ws(',', NULL), concat()

SELECT concat('a', 1.50, date '2024-01-01', 'x'), concat_ws('-', 1, 2.5, NULL)

-- differs: types: int4 for text
SELECT 'a' || NULL, 'a' || 1, 1 || 'a', 'x' || 1.50, 'x' || date '2024-01-01'

SELECT ascii('a'), ascii('é'), ascii(''), chr(65), chr(8364)

-- differs: code: 22021, not 54000: invalid byte sequence for encoding "UTF8": 0x00
SELECT chr(0)

SELECT md5('hello'), md5(''), md5('hello'::bytea)

SELECT sha256('hello'::bytea)

SELECT encode('hello'::bytea, 'hex'), encode('hello'::bytea, 'base64')

SELECT encode('\x00ff61'::bytea, 'escape')

SELECT decode('68656c6c6f', 'hex'), decode('aGVsbG8=', 'base64')

SELECT decode('a\001b', 'escape')

SELECT convert_from('\xc3a9'::bytea, 'UTF8')

SELECT convert_to('é', 'UTF8')

SELECT octet_length('\x00ff'::bytea), '\x01'::bytea || '\x02'::bytea

SELECT length('\x00ff'::bytea)

-- differs: fails with 42883: function substring(bytea, integer, integer) does not exist
SELECT substring('\x010203'::bytea from 2 for 1)

SELECT get_byte('\x0102'::bytea, 1)

SELECT bit_length('abc'), bit_length('é')

SELECT string_to_array('a,b,,c', ','), string_to_array('a,b', ',')

SELECT string_to_array('', ',')

SELECT string_to_array('abc', NULL)

SELECT string_to_array('a,NULL,b', ',', 'NULL')

SELECT array_to_string(ARRAY['a', NULL, 'b'], ','), array_to_string(ARRAY[1,2,3], '-')

SELECT array_to_string(ARRAY['a', NULL, 'b'], ',', '*')

SELECT * FROM string_to_table('a,b,c', ',') WITH ORDINALITY ORDER BY 2

SELECT to_hex(255), to_hex(-1), to_hex(255::bigint)

SELECT starts_with('hello', 'he'), starts_with('hello', 'lo'), 'hello' ^@ 'he'

-- differs: fails with 42883: function unistr(unknown) does not exist
SELECT unistr('d\0061t\0061')

SELECT E'\u00e9'

-- differs: fails with 0A000: U& strings and names are not supported
SELECT U&'d\0061t\+000061'

SELECT E'a\tb\nc\\d\'e', 'a\tb', E'\x41\101'

SELECT $$dollar 'quoted'$$, $tag$with $$ inside$tag$

SELECT 'con'
'tinued'

SELECT regexp_match('foobar', 'o+'), regexp_match('x', 'y')

SELECT regexp_match('foobarbequebaz', '(bar)(beque)')

SELECT regexp_matches('foobarbequebazilbarfbonk', '(b[^b]+)(b[^b]+)', 'g')

SELECT regexp_matches('abc', 'x')

SELECT regexp_replace('foobarbaz', 'b..', 'X'), regexp_replace('foobarbaz', 'b..', 'X', 'g')

SELECT regexp_replace('foobarbaz', 'b(..)', '[\1\&]', 'g')

SELECT regexp_replace('Hello', 'HELLO', 'x', 'i'), regexp_replace('aXbxc', 'x', '-', 'gi')

SELECT regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 3, 'i')

SELECT regexp_split_to_table('the quick  fox', '\s+')

SELECT regexp_split_to_array('the quick  fox', '\s+'), regexp_split_to_array('abc', '')

SELECT regexp_like('Hello', 'hel', 'i'), regexp_like('Hello', 'hel')

SELECT regexp_count('ABCABCAXYaxy', 'A.'), regexp_count('ABCABCAXYaxy', 'A.', 1, 'i')

SELECT regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i')

SELECT regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i')

SELECT 'a1b22' ~ '\d+', 'abc' ~ '^\w+$', 'a.c' ~ 'a\.c', E'a\nb' ~ 'a.b', 'x' ~ '[[:alpha:]]'

SELECT 'foo bar' ~ '\mbar\M'

-- differs: fails with 22023: invalid escape sequence: \1
SELECT 'foofoo' ~ '(foo)\1'

-- differs: fails with 22023: invalid perl operator: (?=
SELECT 'foobar' ~ 'foo(?=bar)'

-- differs: fails with 22023: invalid perl operator: (?!
SELECT 'foobar' ~ 'foo(?!bar)'

-- differs: code: 22023, not 2201B: missing ): (?s).*(?:().*
SELECT 'abc' ~ '('

SELECT id FROM words WHERE w ~ '^[A-Z]' ORDER BY id

SELECT id FROM words WHERE w ~* '^a' ORDER BY id

SELECT id FROM words WHERE w !~ 'a' ORDER BY id

SELECT id FROM words WHERE w !~* 'A' ORDER BY id

SELECT id FROM words WHERE w LIKE 'a%' ORDER BY id

SELECT id FROM words WHERE w ILIKE '%A%' ORDER BY id

SELECT id FROM words WHERE w NOT LIKE '%a%' ORDER BY id

SELECT id FROM words WHERE w LIKE 'a_b' ORDER BY id

SELECT id FROM words WHERE w LIKE 'a\_b' ORDER BY id

SELECT id FROM words WHERE w LIKE '%!%' ESCAPE '!' ORDER BY id

SELECT id FROM words WHERE w LIKE '%!%%' ESCAPE '!' ORDER BY id

SELECT 'a\b' LIKE 'a\b' ESCAPE '', 'abc' ~~ 'a%', 'ABC' ~~* 'a%', 'abc' !~~ 'a%', 'abc' !~~* 'A%'

SELECT 'a\b' LIKE 'a\\b'

SELECT 'É' ILIKE 'é', 'STRASSE' ILIKE 'straße'

SELECT 'abc' SIMILAR TO 'a(b|x)c', 'abc' SIMILAR TO 'b', 'abc' SIMILAR TO '%(b|d)%', 'abc' NOT SIMILAR TO 'abc', 'a.c' SIMILAR TO 'a.c', 'abc' SIMILAR TO 'a.c'

-- differs: fails with 0A000: SIMILAR TO is supported with a literal only
SELECT 'a%c' SIMILAR TO 'a!%c' ESCAPE '!'

SELECT id FROM words WHERE w SIMILAR TO '(a|A)pple' ORDER BY id

SELECT id FROM words WHERE w LIKE ANY (ARRAY['a%', 'B%']) ORDER BY id

SELECT id FROM words WHERE w LIKE ALL (ARRAY['%a%', '%b%']) ORDER BY id

SELECT w FROM words ORDER BY w

SELECT w FROM words ORDER BY w DESC

SELECT w FROM words ORDER BY w COLLATE "C" NULLS FIRST

SELECT w FROM words ORDER BY lower(w), id

SELECT 'a' < 'B', 'a' < 'B' COLLATE "C", 'é' > 'z', '' < 'a', 'a ' = 'a'

SELECT min(w), max(w) FROM words

SELECT id, w IS NULL, w = '', coalesce(nullif(w, ''), 'none') FROM words WHERE id IN (5, 6) ORDER BY id

SELECT '' IS NULL, length(''), '' || 'x'

SELECT string_agg(w, ',' ORDER BY w) FROM words WHERE id < 8

SELECT parse_ident('"Foo".bar')

-- differs: fails with 42883: function normalize does not exist
SELECT normalize('é', NFD) = 'é'

-- differs: fails with 42601: syntax error at or near "NORMALIZED"
SELECT 'é' IS NORMALIZED

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 42883
SELECT levenshtein('a', 'b')

SELECT text 'a' || 'b', 'a'::varchar || 'b'::char(3)

SELECT lower('ÀÉ'), upper('ı')

-- differs: row: STRAẞE, not STRAßE
SELECT upper('straße')

SELECT initcap('éa')

SELECT length('😀é'), reverse('aé😀'), substring('😀éx' from 2 for 1), lpad('é', 3, '😀')

-- differs: code: 42883, not 0A000: function to_ascii(unknown) does not exist
SELECT to_ascii('abc')

SELECT strpos('ünï', 'ï'), position('😀' in 'a😀')

-- differs: row: text|text|text|integer, not unknown|text|text|integer; types: text for 2206
SELECT pg_typeof('x'), pg_typeof('x' || 'y'), pg_typeof(substring('abc' from 1)), pg_typeof(length('a'))

SELECT w LIKE ANY (ARRAY['a%', NULL]), w NOT LIKE ALL (ARRAY['x%', 'y%']), w ILIKE ANY ('{A%,b_}') FROM words WHERE w IS NOT NULL ORDER BY w

SELECT count(*) FROM words WHERE w || 'x' LIKE ANY (ARRAY['%x', 'a']) AND w IS NOT NULL

SELECT regexp_matches('foobarbaz', 'ba.', 'g'), (regexp_matches('abc', 'b(.)'))[1]

SELECT m[1] FROM regexp_matches('a1b22', '\d+', 'g') AS m

SELECT regexp_split_to_table('a b  c', '\s+'), 1

SELECT position('b' in 'abc'), overlay('abcdef' placing '##' from 2), E'\u00e9\U0001F600', 'word' ~ '\yword\y', 'swords' ~ '\mword'

SELECT encode('\x00ff5c61'::bytea, 'escape'), decode('\000\\a', 'escape')

SELECT name, name ~ ANY (ARRAY['^A', 'z$']), name !~ ALL (ARRAY['x', 'y']), name ~* ANY ('{^a,B}'), name !~* ANY (ARRAY['a']), name ~ ANY (ARRAY[NULL, 'n']) FROM emp ORDER BY id
