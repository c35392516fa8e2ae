"""SQL about the data itself: runs, freshness, quality, dictionary, catalogue."""

LAST_RUN = "SELECT run_id, started_at, finished_at, status FROM meta.runs ORDER BY run_id DESC LIMIT 1"

FRESHNESS = """
WITH read AS (
    SELECT source, max(updated_at) AS changed_at, count(DISTINCT scope) AS scopes FROM meta.sync_state GROUP BY source
),
asked AS (SELECT source, sum(requests)::BIGINT AS requests FROM meta.run_sources GROUP BY source),
last AS (SELECT coalesce(error, '') AS error FROM meta.runs ORDER BY run_id DESC LIMIT 1),
failed AS (
    SELECT source, arg_max(s.error, s.run_id) AS error
    FROM meta.run_sources AS s, last
    WHERE s.status = 'failed' AND contains(last.error, s.source || ': ' || s.error)
    GROUP BY source
)
SELECT
    source, changed_at, coalesce(scopes, 0) AS scopes, if(failed.source IS NULL, 'ok', 'failed') AS status,
    failed.error, requests
FROM read FULL JOIN failed USING (source) LEFT JOIN asked USING (source)
ORDER BY source
"""

NEWEST = """
SELECT
    max(committed_at) AS newest_at,
    CASE WHEN (SELECT people <> 'off' FROM meta.privacy) THEN
        (SELECT count(DISTINCT person_id) FROM metrics.contributors WHERE is_active)
    END AS active_people
FROM commits WHERE committed_at <= (SELECT max(started_at) FROM meta.runs)
"""

GENERATION = "SELECT known_at, is_past FROM meta.generation"

PRIVACY = "SELECT people, minimum_group FROM meta.privacy"

REVISIONS = """
SELECT
    coalesce(c.title, r.metric) AS title, r.metric, r.scope_kind, r.scope, r.period, r.period_start, r.before, r.after,
    coalesce(c.unit, 'count') AS unit, r.reason_before, r.reason_after, r.why, r.evidence, r.published_at, r.revised_at
FROM metrics.revisions AS r LEFT JOIN meta.metric_catalogue AS c ON c.name = r.metric
ORDER BY r.revised_at DESC, r.period_start DESC, r.scope_kind, r.scope, r.metric
"""

RULES = "SELECT count(*) AS rules FROM meta.rule_catalogue"

RUNS = """
SELECT
    run_id, r.started_at, r.status,
    date_diff('millisecond', r.started_at, r.finished_at) / 1000 AS seconds,
    coalesce(sum(s.rows), 0)::BIGINT AS rows,
    coalesce(sum(s.requests), 0)::BIGINT AS requests,
    r.error
FROM meta.runs AS r LEFT JOIN meta.run_sources AS s USING (run_id)
GROUP BY ALL ORDER BY run_id DESC LIMIT 50
"""

STREAMS = """
SELECT source, scope, stream, updated_at, left(cursor, 60) AS cursor
FROM meta.sync_state ORDER BY source, scope, stream
"""

TABLES = """
SELECT schema_name AS schema, table_name AS "table", estimated_size AS rows, column_count AS columns, comment AS holds
FROM duckdb_tables() WHERE NOT internal
ORDER BY array_position(['metrics', 'main', 'meta'], schema_name), table_name
"""

QUALITY = """
SELECT severity, "check", count, items, affected_metric, hint
FROM meta.data_quality
ORDER BY array_position(['error', 'warning', 'info'], severity), count DESC, "check"
"""

REPAIRS = 'SELECT source, scope, stream, "check", count, updated_at FROM meta.repairs ORDER BY count DESC'

DICTIONARY = """
SELECT schema, "table", "column", type, key, description
FROM meta.dictionary ORDER BY schema, "table", position
"""

CATALOGUE = """
SELECT name, title, unit, direction, responsibility, definition, exclusions, pitfalls, source, "table", inputs
FROM meta.metric_catalogue ORDER BY responsibility, title
"""

EXAMPLES = {
    "Hotspots": """SELECT path, revisions, lines, round(score, 3) AS score, trend
FROM metrics.hotspots
WHERE is_hotspot
ORDER BY score DESC
LIMIT 25""",
    "Files that one person holds": """SELECT repo_id, path, lines, revisions_90d, knowers
FROM metrics.files
WHERE is_at_risk
ORDER BY revisions_90d DESC, lines DESC
LIMIT 50""",
    "Commits by month": """SELECT date_trunc('month', week) AS month, repo_id, sum(commits) AS commits
FROM metrics.activity
WHERE file_class = 'all'
GROUP BY ALL
ORDER BY month DESC""",
    "Coupled files in different folders": """SELECT path_a, path_b, shared, round(degree) AS degree
FROM metrics.change_coupling
WHERE crosses_folder
ORDER BY degree DESC
LIMIT 50""",
    'Every column with "author"': """SELECT "schema", "table", "column", description
FROM meta.dictionary
WHERE "column" LIKE '%author%'
ORDER BY ALL""",
}
"""Queries to begin with, by title."""
