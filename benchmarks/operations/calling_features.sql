SELECT r.week,
       sum(call_queue) AS call_queue_calls, count(*) FILTER (WHERE call_queue > 0) AS call_queue_customers,
       sum(auto_attendant) AS auto_attendant_calls, count(*) FILTER (WHERE auto_attendant > 0) AS auto_attendant_customers,
       sum(hunt_group) AS hunt_group_calls, count(*) FILTER (WHERE hunt_group > 0) AS hunt_group_customers,
       sum(call_park) AS call_park_calls, count(*) FILTER (WHERE call_park > 0) AS call_park_customers,
       sum(call_pickup) AS call_pickup_calls, count(*) FILTER (WHERE call_pickup > 0) AS call_pickup_customers,
       sum(call_forward) AS call_forward_calls, count(*) FILTER (WHERE call_forward > 0) AS call_forward_customers,
       sum(call_transfer) AS call_transfer_calls, count(*) FILTER (WHERE call_transfer > 0) AS call_transfer_customers,
       sum(voicemail) AS voicemail_calls, count(*) FILTER (WHERE voicemail > 0) AS voicemail_customers,
       sum(call_recording) AS call_recording_calls, count(*) FILTER (WHERE call_recording > 0) AS call_recording_customers,
       sum(paging_group) AS paging_group_calls, count(*) FILTER (WHERE paging_group > 0) AS paging_group_customers,
       sum(single_number_reach) AS single_number_reach_calls, count(*) FILTER (WHERE single_number_reach > 0) AS single_number_reach_customers
FROM calling_feature_weeks r
WHERE r.partner_id = :partner AND r.week IN (:week::date, :week::date - 7) AND EXISTS (
    SELECT FROM license_states ls WHERE ls.partner_id = :partner AND ls.customer_id = r.customer_id
        AND ls.product = 'CALLING' AND ls.active AND r.week + 6 BETWEEN ls.start_date AND ls.end_date)
GROUP BY r.week ORDER BY r.week
