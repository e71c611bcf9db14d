-- A month's posts and I24 of each satker from its evidence, for DuckDB: read first, then asked.
CREATE TEMP TABLE lines AS
SELECT * FROM read_json($path, format = 'newline_delimited', columns = {
    type: 'VARCHAR', id: 'VARCHAR', month: 'VARCHAR', as_of: 'TIMESTAMP',
    platform: 'VARCHAR', account_id: 'VARCHAR', satker: 'VARCHAR',
    valid_from: 'TIMESTAMP', valid_to: 'TIMESTAMP', published_at: 'TIMESTAMP',
    samples: 'STRUCT(taken_at TIMESTAMP, likes BIGINT, comments BIGINT, shares BIGINT)[]',
    absences: 'TIMESTAMP[]', duplicate_of: 'VARCHAR'
});
WITH month AS (
    -- A month ends at midnight in Jakarta, 7 h ahead of UTC; 30 h later its posts are decided.
    SELECT as_of, strptime(month || '-01', '%Y-%m-%d') + INTERVAL 1 MONTH
        - INTERVAL 7 HOUR + INTERVAL 30 HOUR AS closing
    FROM lines WHERE type = 'month'
), marked AS (
    SELECT platform, account_id, published_at, samples, duplicate_of,
        published_at + INTERVAL 24 HOUR AS mark,
        list_filter(samples, lambda s: s.taken_at
            BETWEEN published_at + INTERVAL 18 HOUR AND published_at + INTERVAL 30 HOUR) AS usable,
        list_filter(absences, lambda gone: gone < published_at + INTERVAL 24 HOUR
            AND (len(samples) = 0 OR gone > samples[-1].taken_at)) AS absences
    FROM lines WHERE type = 'post'
), bracketed AS (
    SELECT *,
        list_filter(usable, lambda s: s.taken_at <= mark)[-1] AS before,
        list_filter(usable, lambda s: s.taken_at >= mark)[1] AS after,
        len(absences) > 1 AND absences[-1] - absences[1] >= INTERVAL 15 MINUTE AS removed
    FROM marked
), running AS (
    SELECT *, (before IS NULL OR after IS NULL) AND as_of - published_at < INTERVAL 30 HOUR
        AND NOT removed AS running
    FROM bracketed, month
), used AS (
    -- With one side only that read is both ends; a running post's value is its latest read.
    SELECT platform, account_id, published_at, samples, mark, removed, closing, duplicate_of,
        CASE WHEN running THEN samples[-1] ELSE coalesce(before, after) END AS one,
        CASE WHEN running THEN samples[-1] ELSE coalesce(after, before) END AS other
    FROM running
), known AS (
    SELECT *,
        date_diff('second', one.taken_at, other.taken_at) AS width,
        date_diff('second', one.taken_at, mark) AS passed,
        one.likes IS NOT NULL AND other.likes IS NOT NULL AS likes_known,
        one.comments IS NOT NULL AND other.comments IS NOT NULL AS comments_known,
        one.shares IS NOT NULL AND other.shares IS NOT NULL
            AND platform IN ('facebook', 'x', 'tiktok') AS shares_known
    FROM used
), summed AS (
    SELECT *,
        CASE WHEN likes_known THEN one.likes ELSE 0 END
            + CASE WHEN comments_known THEN one.comments ELSE 0 END
            + CASE WHEN shares_known THEN one.shares ELSE 0 END AS first,
        CASE WHEN likes_known THEN other.likes ELSE 0 END
            + CASE WHEN comments_known THEN other.comments ELSE 0 END
            + CASE WHEN shares_known THEN other.shares ELSE 0 END AS last
    FROM known
), measured AS (
    SELECT platform, account_id, published_at, removed, duplicate_of,
        CASE WHEN removed OR NOT (likes_known OR comments_known OR shares_known) THEN NULL
            WHEN width = 0 THEN first
            ELSE (2 * (first * width + (last - first) * passed) + width) // (2 * width)
        END AS i24,
        one IS NULL AND samples[1].taken_at - published_at > INTERVAL 30 HOUR
            AND samples[1].taken_at >= closing AS too_late
    FROM summed
), held AS (
    SELECT post.*, (
        SELECT min(account.satker) FROM lines AS account
        WHERE account.type = 'account' AND account.platform = post.platform
            AND account.account_id = post.account_id AND account.valid_from <= post.published_at
            AND (account.valid_to IS NULL OR post.published_at < account.valid_to)
    ) AS satker
    FROM measured AS post
)
SELECT unit.id, count(held.satker) AS posts, count(i24) AS measured,
    CASE WHEN count(held.satker) = 0 THEN 0 ELSE sum(i24)::BIGINT END AS i24
FROM lines AS unit
LEFT JOIN held ON held.satker = unit.id AND NOT removed AND NOT too_late AND held.duplicate_of IS NULL
WHERE unit.type = 'satker'
GROUP BY unit.id ORDER BY posts DESC, i24 DESC, unit.id;
