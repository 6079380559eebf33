-- Which DNS answers about mail were captured?
SELECT coalesce(owner, question) AS name, type, preference, value, authentic,
  count(*) AS answers, count(DISTINCT asker_ip) AS askers
FROM dns
GROUP BY 1, type, preference, value, authentic
ORDER BY name, type, preference, value
