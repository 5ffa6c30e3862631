-- Views of Tavana's own: what waits, what runs, and where. They read the gateway's live tables.
CREATE SCHEMA {db}.tavana;
CREATE VIEW {db}.tavana.queue AS
	SELECT line, place, waited_seconds, expected_seconds, why, query_id, pid, usename, query FROM tavana_rows('queue');
CREATE VIEW {db}.tavana.workers AS
	SELECT worker, state, memory_limit, memory_used, memory_resident, memory_reserved, memory_free, spilled, cpu_percent, threads, queries, sessions, cursors, results, address
	FROM tavana_rows('workers');
CREATE VIEW {db}.tavana.queries AS
	SELECT query_id, pid, usename, state, started, waited_seconds, seconds, worker, tries, memory_estimate, estimate_basis, memory_reserved, memory_peak, rows, sqlstate, query FROM tavana_rows('queries');
