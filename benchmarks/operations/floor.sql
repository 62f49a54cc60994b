SELECT sum(total), sum(assigned) FROM license_states
WHERE partner_id = :partner AND active AND start_date <= :as_of AND end_date >= :as_of
