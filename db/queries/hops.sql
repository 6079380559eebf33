-- How many hops before this one claim to have used TLS?
-- By the Received fields of the mail that could be read: claims of those hops, not checked.
SELECT coalesce(sum(received_tls), 0) AS hops_claiming_tls,
  coalesce(sum(received), 0) AS of_hops,
  count(*) FILTER (WHERE received > 0 AND received_tls = received) AS sessions_all_claim_tls,
  count(*) FILTER (WHERE received > 0) AS of_sessions_with_hops
FROM mail
WHERE parts IS NOT NULL
