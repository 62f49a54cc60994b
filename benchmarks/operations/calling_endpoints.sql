SELECT sum(wxc_client_good) AS wxc_client_good, sum(wxc_client_poor) AS wxc_client_poor, sum(wxc_client_unknown) AS wxc_client_unknown,
       sum(wxc_device_good) AS wxc_device_good, sum(wxc_device_poor) AS wxc_device_poor, sum(wxc_device_unknown) AS wxc_device_unknown,
       sum(wxc_third_party_good) AS wxc_third_party_good, sum(wxc_third_party_poor) AS wxc_third_party_poor, sum(wxc_third_party_unknown) AS wxc_third_party_unknown,
       sum(teams_wxc_client_good) AS teams_wxc_client_good, sum(teams_wxc_client_poor) AS teams_wxc_client_poor, sum(teams_wxc_client_unknown) AS teams_wxc_client_unknown,
       sum(wxc_sip_gw_good) AS wxc_sip_gw_good, sum(wxc_sip_gw_poor) AS wxc_sip_gw_poor, sum(wxc_sip_gw_unknown) AS wxc_sip_gw_unknown,
       sum(sip_good) AS sip_good, sum(sip_poor) AS sip_poor, sum(sip_unknown) AS sip_unknown
FROM calling_endpoint_weeks r
WHERE r.partner_id = :partner AND r.week = :week AND r.customer_id IN (
    SELECT ls.customer_id FROM license_states ls WHERE ls.partner_id = :partner
        AND ls.product = 'CALLING' AND ls.active AND :week::date + 6 BETWEEN ls.start_date AND ls.end_date)
