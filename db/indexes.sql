-- What the judging of sessions looks things up by; made when the first sessions are judged.  The
-- columns behind the first two are there so that the rows themselves need not be read.
CREATE INDEX IF NOT EXISTS session_server ON session (server_id, started_ns, client_id, course_id,
  banner_id);
CREATE INDEX IF NOT EXISTS session_client ON session (client_id, started_ns, server_id, course_id);
CREATE INDEX IF NOT EXISTS session_broken ON session (server_id, client_id, started_ns)
  WHERE tls_broken = 1;
