-- What PostGraphile makes its schema of: views that show what the service shows, related as the tables are.
-- A name behind a colon stands for the SQL of that name in the service, or for a statement by hand.
DROP SCHEMA IF EXISTS rival CASCADE;
CREATE SCHEMA rival;

CREATE FUNCTION rival.today() RETURNS date LANGUAGE sql STABLE AS $$ SELECT (now() AT TIME ZONE 'UTC')::date $$;
COMMENT ON FUNCTION rival.today() IS '@behavior -*';

CREATE VIEW rival.customers AS
SELECT partner_id, id, external_id, name, managed_by, country, industry, created_on, last_admin_sign_in_at,
       is_own_organization, ':launch_url' || external_id AS launch_url
FROM public.customers;
COMMENT ON VIEW rival.customers IS E'@primaryKey partner_id,id\n@unique partner_id,external_id';

CREATE VIEW rival.standings AS
SELECT c.partner_id, c.id AS customer_id, :statuses AS statuses, :products AS products,
       :next_expiration_on AS next_expiration_on, :next_renewal_on AS next_renewal_on
FROM public.customers c
LEFT JOIN LATERAL (SELECT :subscriptions_summary FROM public.subscriptions s
    WHERE s.partner_id = c.partner_id AND s.customer_id = c.id) sub ON true
LEFT JOIN LATERAL (SELECT :trials_summary FROM public.trials t
    WHERE t.partner_id = c.partner_id AND t.customer_id = c.id) tri ON true
LEFT JOIN LATERAL (SELECT :lines_summary FROM public.license_states ls
    WHERE ls.partner_id = c.partner_id AND ls.customer_id = c.id) lin ON true;
COMMENT ON VIEW rival.standings IS
    E'@primaryKey partner_id,customer_id\n@foreignKey (partner_id,customer_id) references customers (partner_id,id)|@foreignSingleFieldName standing|@fieldName customer';

CREATE VIEW rival.tags AS SELECT partner_id, id, name, name_key, description FROM public.tags;
COMMENT ON VIEW rival.tags IS '@primaryKey partner_id,id';

CREATE VIEW rival.customer_tags AS
SELECT ct.partner_id, ct.customer_id, ct.tag_id, g.name_key FROM public.customer_tags ct
JOIN public.tags g ON g.partner_id = ct.partner_id AND g.id = ct.tag_id;
COMMENT ON VIEW rival.customer_tags IS
    E'@primaryKey partner_id,customer_id,tag_id\n@foreignKey (partner_id,customer_id) references customers (partner_id,id)|@foreignFieldName customerTags|@fieldName customer\n@foreignKey (partner_id,tag_id) references tags (partner_id,id)|@fieldName tag';

CREATE VIEW rival.partner_admins AS
SELECT partner_id, id, email, email_key, display_name, roles FROM public.partner_admins;
COMMENT ON VIEW rival.partner_admins IS '@primaryKey partner_id,id';

CREATE VIEW rival.admin_assignments AS
SELECT aa.partner_id, aa.customer_id, aa.admin_id, a.display_name, a.email_key FROM public.admin_assignments aa
JOIN public.partner_admins a ON a.partner_id = aa.partner_id AND a.id = aa.admin_id;
COMMENT ON VIEW rival.admin_assignments IS
    E'@primaryKey partner_id,customer_id,admin_id\n@foreignKey (partner_id,customer_id) references customers (partner_id,id)|@foreignFieldName assignments|@fieldName customer\n@foreignKey (partner_id,admin_id) references partner_admins (partner_id,id)|@fieldName admin';

CREATE VIEW rival.subscriptions AS
SELECT s.partner_id, s.id, s.customer_id, s.external_id, :subscription_status AS status, s.start_date, s.end_date,
       s.auto_renew, CASE WHEN s.auto_renew THEN s.end_date END AS renews_on,
       CASE WHEN NOT s.auto_renew THEN s.end_date - rival.today() END AS days_until_expiration,
       CASE WHEN s.auto_renew THEN s.end_date - rival.today() END AS days_until_renewal
FROM public.subscriptions s;
COMMENT ON VIEW rival.subscriptions IS -- a type called Subscription would be the root of subscriptions
    E'@name contracts\n@primaryKey partner_id,id\n@foreignKey (partner_id,customer_id) references customers (partner_id,id)|@foreignFieldName subscriptions|@fieldName customer';

CREATE VIEW rival.trials AS
SELECT t.partner_id, t.id, t.customer_id, t.external_id, :trial_status AS status, t.start_date, t.end_date,
       t.end_date - rival.today() AS days_until_expiration, t.started_by_id
FROM public.trials t;
COMMENT ON VIEW rival.trials IS
    E'@primaryKey partner_id,id\n@foreignKey (partner_id,customer_id) references customers (partner_id,id)|@foreignFieldName trials|@fieldName customer\n@foreignKey (partner_id,started_by_id) references partner_admins (partner_id,id)|@fieldName startedBy';

CREATE VIEW rival.licenses AS
SELECT line.*, greatest(total - assigned, 0) AS available, greatest(assigned - total, 0) AS overage,
       assigned::float8 / nullif(total, 0) AS assignment_rate, used::float8 / nullif(total, 0) AS usage_rate,
       used::float8 / nullif(assigned, 0) AS usage_of_assigned_rate
FROM (
    SELECT l.partner_id, l.id, l.subscription_id, l.trial_id, l.product, :product_order AS place, ls.customer_id,
           rival.today() AS as_of, :total AS total, :assigned AS assigned, :used AS used,
           :used_last_90_days AS used_last_90_days
    FROM public.licenses l JOIN public.license_states ls ON ls.partner_id = l.partner_id AND ls.license_id = l.id
) line;
COMMENT ON VIEW rival.licenses IS
    E'@primaryKey partner_id,id\n@foreignKey (partner_id,subscription_id) references subscriptions (partner_id,id)|@foreignFieldName licenses|@fieldName subscription\n@foreignKey (partner_id,trial_id) references trials (partner_id,id)|@foreignFieldName licenses|@fieldName trial\n@foreignKey (partner_id,customer_id) references customers (partner_id,id)|@foreignFieldName licenses|@fieldName customer';

CREATE VIEW rival.license_totals AS
SELECT c.partner_id, c.id AS customer_id, rival.today() AS as_of, sums.*
FROM public.customers c CROSS JOIN LATERAL (
    SELECT :figures FROM (
        SELECT :line_terms FROM public.license_states ls
        WHERE ls.partner_id = c.partner_id AND ls.customer_id = c.id AND :in_force
    ) line
) sums;
COMMENT ON VIEW rival.license_totals IS
    E'@primaryKey partner_id,customer_id\n@foreignKey (partner_id,customer_id) references customers (partner_id,id)|@foreignSingleFieldName licenseTotals|@fieldName customer';

CREATE VIEW rival.orders AS
SELECT partner_id, id, subscription_id, external_id, ordered_on, type, product, quantity, amount, currency
FROM public.orders;
COMMENT ON VIEW rival.orders IS
    E'@primaryKey partner_id,id\n@foreignKey (partner_id,subscription_id) references subscriptions (partner_id,id)|@foreignFieldName orders|@fieldName subscription';

CREATE VIEW rival.invoices AS
SELECT partner_id, id, subscription_id, external_id, number, issued_on, due_on, status, amount, currency
FROM public.invoices;
COMMENT ON VIEW rival.invoices IS
    E'@primaryKey partner_id,id\n@foreignKey (partner_id,subscription_id) references subscriptions (partner_id,id)|@foreignFieldName invoices|@fieldName subscription';

CREATE TYPE rival.overview AS (total_customers int, nearing_expiration int, nearing_renewal int,
    low_license_assignment int, over_license_limit int);
CREATE FUNCTION rival.overview(partner bigint, as_of date) RETURNS rival.overview LANGUAGE sql STABLE PARALLEL SAFE
AS $$ :overview $$;

CREATE TYPE rival.trend_point AS ("to" date, total int, assigned int, used int);
CREATE FUNCTION rival.trend(partner bigint, as_of date, days date[]) RETURNS SETOF rival.trend_point
LANGUAGE sql STABLE PARALLEL SAFE AS $$ :trend $$;
