"""What must never be found in the tables, in words of every engine: each statement has a row for whatever does not add up."""

DIFFERENCES = {
    "held pictures of accounts": """
        SELECT usage.* FROM usage WHERE held <> (
            SELECT COALESCE(SUM(n - from_credits), 0) FROM holds WHERE state = 'held' AND holds.account = usage.account
            AND holds.community = usage.community AND holds.day = usage.day
        )
    """,
    "pictures of tenants": """
        SELECT tenant_usage.* FROM tenant_usage WHERE (held, spent) <> (
            SELECT COALESCE(SUM(CASE state WHEN 'held' THEN n ELSE 0 END), 0), COALESCE(SUM(holds.spent), 0) FROM holds
            WHERE holds.tenant = tenant_usage.tenant AND holds.community = tenant_usage.community AND holds.day = tenant_usage.day
        )
    """,
    "holds that no tenant counts": """
        SELECT holds.* FROM holds WHERE tenant IS NOT NULL AND (state = 'held' OR spent > 0) AND NOT EXISTS (
            SELECT 1 FROM tenant_usage
            WHERE holds.tenant = tenant_usage.tenant AND holds.community = tenant_usage.community AND holds.day = tenant_usage.day
        )
    """,
    "holds that nobody counts": """
        SELECT holds.* FROM holds WHERE state = 'held' AND n > from_credits AND NOT EXISTS (
            SELECT 1 FROM usage
            WHERE holds.account = usage.account AND holds.community = usage.community AND holds.day = usage.day
        )
    """,
    "balances and their entries": """
        SELECT community, account, SUM(delta) FROM credit_entries GROUP BY community, account
        EXCEPT SELECT community, account, balance FROM credit_balances
    """,
    "balances without entries": """
        SELECT community, account FROM credit_balances EXCEPT SELECT community, account FROM credit_entries
    """,
    "credits of jobs": """
        SELECT holds.* FROM holds WHERE (SELECT COALESCE(SUM(delta), 0) FROM credit_entries WHERE job = holds.job)
        <> -CASE WHEN state = 'held' THEN from_credits WHEN spent > n - from_credits THEN spent - n + from_credits ELSE 0 END
    """,
    "held money": """
        SELECT * FROM spending WHERE held <> (
            SELECT COALESCE(SUM(estimate), 0) FROM holds
            WHERE NOT is_billed AND holds.day = spending.day AND spending.scope IN ('house', holds.community)
        )
    """,
    "spent money": """
        SELECT * FROM spending WHERE spent <> (
            SELECT COALESCE(SUM(words_microusd + COALESCE(drawn, 0)), 0) FROM holds JOIN jobs ON jobs.id = holds.job
            LEFT JOIN (SELECT job, SUM(microusd) AS drawn FROM drawings GROUP BY job) AS paid ON paid.job = jobs.id
            WHERE is_billed AND holds.day = spending.day AND spending.scope IN ('house', holds.community)
        )
    """,
    "jobs without pictures that cost some": """
        SELECT jobs.id FROM jobs JOIN holds ON holds.job = jobs.id
        WHERE jobs.finished_at IS NOT NULL AND kept_at IS NULL AND (holds.spent <> 0 OR holds.state <> 'refunded')
        AND jobs.state <> 'cancelled'
    """,
    "cancelled jobs that count more than was asked for": """
        SELECT holds.* FROM holds JOIN jobs ON jobs.id = holds.job WHERE jobs.state = 'cancelled' AND holds.spent > each * (
            SELECT COALESCE(MAX(CASE drawings.state WHEN 'drawn' THEN json_array_length(files)
            WHEN 'failed' THEN 0 WHEN 'refused' THEN 0 ELSE asked END), 0) FROM drawings WHERE drawings.job = jobs.id
        )
    """,
    "jobs over that hold money, or pictures": """
        SELECT jobs.id FROM jobs JOIN holds ON holds.job = jobs.id
        WHERE (jobs.finished_at IS NOT NULL) <> is_billed
        OR (jobs.finished_at IS NULL AND kept_at IS NULL) <> (holds.state = 'held')
    """,
}
