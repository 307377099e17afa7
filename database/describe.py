"""What a database looks like, as text: so that a test can prove that the migrations add up to `schema.sql`."""

import psycopg

_COLUMNS = """
SELECT format('%s.%s %s%s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
              CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
              coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''),
              CASE WHEN a.attstorage <> t.typstorage THEN ' storage ' || a.attstorage::text ELSE '' END)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND c.relname <> 'migration'
"""

_OPTIONS = """
SELECT format('%s with %s', c.relname, c.reloptions)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
WHERE c.relkind IN ('r', 'p') AND c.reloptions IS NOT NULL
"""

_INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migration'"

_CONSTRAINTS = """
SELECT format('%s %s %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace AND n.nspname = 'public'
WHERE c.conrelid <> 0 AND c.conrelid::regclass::text <> 'migration' AND c.contype <> 'n'
"""


def describe(connection: "psycopg.Connection[tuple[object, ...]]") -> list[str]:
    """Columns, storage options, indexes and constraints of the public schema, one line each, sorted."""
    lines: list[str] = []
    for query in (_COLUMNS, _OPTIONS, _INDEXES, _CONSTRAINTS):
        lines += [str(row[0]) for row in connection.execute(query.encode())]
    return sorted(lines)
