-- What could an observer read?
WITH of_mail AS MATERIALIZED (
  SELECT
    count(*) FILTER (WHERE credential > 0 OR credential_octets > 0) AS credential_n,
    sum(credential) AS credential,
    sum(credential_octets) AS credential_octets,
    count(*) FILTER (WHERE body > 0 OR body_octets > 0) AS body_n,
    sum(body) AS body,
    sum(body_octets) AS body_octets,
    count(*) FILTER (WHERE attachment > 0 OR attachment_octets > 0) AS attachment_n,
    sum(attachment) AS attachment,
    sum(attachment_octets) AS attachment_octets,
    count(*) FILTER (WHERE header_field > 0 OR header_field_octets > 0) AS header_field_n,
    sum(header_field) AS header_field,
    sum(header_field_octets) AS header_field_octets,
    count(*) FILTER (WHERE envelope_sender > 0 OR envelope_sender_octets > 0) AS envelope_sender_n,
    sum(envelope_sender) AS envelope_sender,
    sum(envelope_sender_octets) AS envelope_sender_octets,
    count(*) FILTER (WHERE envelope_recipient > 0 OR envelope_recipient_octets > 0)
      AS envelope_recipient_n,
    sum(envelope_recipient) AS envelope_recipient,
    sum(envelope_recipient_octets) AS envelope_recipient_octets
  FROM mail
), of_session AS MATERIALIZED (
  SELECT
    count(*) FILTER (WHERE client_identity > 0 OR client_identity_octets > 0) AS client_identity_n,
    sum(client_identity) AS client_identity,
    sum(client_identity_octets) AS client_identity_octets,
    count(*) FILTER (WHERE server_identity > 0 OR server_identity_octets > 0) AS server_identity_n,
    sum(server_identity) AS server_identity,
    sum(server_identity_octets) AS server_identity_octets,
    count(*) FILTER (WHERE tls_metadata > 0 OR tls_metadata_octets > 0) AS tls_metadata_n,
    sum(tls_metadata) AS tls_metadata,
    sum(tls_metadata_octets) AS tls_metadata_octets
  FROM session
), listed AS (
  SELECT 0 AS place, 'credential' AS item, credential_n AS sessions,
    credential AS count, credential_octets AS octets
  FROM of_mail
  UNION ALL SELECT 1, 'body', body_n, body, body_octets
  FROM of_mail
  UNION ALL SELECT 2, 'attachment', attachment_n, attachment, attachment_octets
  FROM of_mail
  UNION ALL SELECT 3, 'header-field', header_field_n, header_field, header_field_octets
  FROM of_mail
  UNION ALL SELECT 4, 'envelope-sender', envelope_sender_n, envelope_sender, envelope_sender_octets
  FROM of_mail
  UNION ALL SELECT 5, 'envelope-recipient', envelope_recipient_n, envelope_recipient, envelope_recipient_octets
  FROM of_mail
  UNION ALL SELECT 6, 'client-identity', client_identity_n, client_identity, client_identity_octets
  FROM of_session
  UNION ALL SELECT 7, 'server-identity', server_identity_n, server_identity, server_identity_octets
  FROM of_session
  UNION ALL SELECT 8, 'tls-metadata', tls_metadata_n, tls_metadata, tls_metadata_octets
  FROM of_session
)
SELECT item,
  sessions,
  (SELECT count(*) FROM session) AS of_sessions,
  count,
  octets
FROM listed
WHERE sessions > 0
ORDER BY place
