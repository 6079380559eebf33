#!/usr/bin/python3
"""estimate_lab.py - TLS sessions of real mail software, recorded, with what went through them.

usage (as root): estimate_lab.py FOLDER [SEED]

Two network namespaces, a veth pair between them, nothing outside.  Servers: Postfix (several ports),
Exim (GnuTLS), aiosmtpd.  Clients: Postfix, Exim, swaks, msmtp, curl, Python's smtplib, openssl s_client, and a
pipelining client over Python's ssl.  FOLDER/all.pcap is the capture, FOLDER/truth.json has one entry a
session: client and server port, kind of client, messages, content octets, AUTH.  Postfix and aiosmtpd count for
themselves (a policy server is told the size of each message); for Exim as server the client's word counts.

Debian packages: postfix exim4-daemon-light (unpacked in FOLDER/exim) swaks msmtp curl s-nail openssl tcpdump
python3-aiosmtpd sasl2-bin libsasl2-modules libnet-ssleay-perl libio-socket-ssl-perl.  Exim wants the user
Debian-exim; it is run from where it was unpacked, as it cannot be installed beside Postfix.  In the environment:
LAB_SECONDS, LAB_ROUNDS, LAB_RELAYS say how long; NODEMAILER is the folder of that package, if it is to take part.
Left out of the truth: clients that failed, and ports that the kernel gave twice.
"""
import json, os, random, re, shutil, signal, smtplib, socket, socketserver, ssl, subprocess, sys, threading, time

S, C = "10.66.0.1", "10.66.0.2"
USER, PASSWORD = "ann@example.test", "correct-horse-battery"
FOLDER = os.path.abspath(sys.argv[1])
ROLE = sys.argv[3] if len(sys.argv) > 3 else "lab"
rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
EXIM = FOLDER + "/exim/usr/sbin/exim4"
PORTS = {"relay": 25, "submission": 587, "implicit": 465, "plain": 2525, "cbc": 2626, "asking": 2727,
         "exim": 2828, "aio": 2929, "aios": 8465}


def sh(command, **more):
    return subprocess.run(command, shell=True, check=True, **more)


def path(name):
    return os.path.join(FOLDER, name)


def put(name, text, mode=0o644):
    os.makedirs(os.path.dirname(path(name)), exist_ok=True)
    with open(path(name), "w") as f:
        f.write(text)
    os.chmod(path(name), mode)
    return path(name)


# ---- servers, in namespace est-s

def serve_policy():
    """Told by Postfix at the end of each message."""
    log = open(path("policy.log"), "a", buffering=1)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            request = {}
            for line in self.rfile:
                line = line.decode("latin-1").rstrip("\n")
                if line:
                    key, _, value = line.partition("=")
                    request[key] = value
                    continue
                log.write(json.dumps({k: request.get(k) for k in ("client_port", "size", "sasl_method")}) + "\n")
                self.wfile.write(b"action=DUNNO\n\n")
                request = {}

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    Server(("127.0.0.1", 9998), Handler).serve_forever()


def serve_aio():
    from aiosmtpd.controller import Controller
    log = open(path("policy.log"), "a", buffering=1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path("cert.pem"), path("key.pem"))

    class Handler:
        async def handle_RCPT(self, server, session, envelope, address, options):
            if address.startswith("bad"):
                return "550 no such user"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server, session, envelope):
            log.write(json.dumps({"client_port": str(session.peer[1]), "size": str(len(envelope.content)),
                                  "sasl_method": ""}) + "\n")
            return "250 Message accepted for delivery"

    a = Controller(Handler(), hostname=S, port=PORTS["aio"], tls_context=context, data_size_limit=1 << 25)
    b = Controller(Handler(), hostname=S, port=PORTS["aios"], ssl_context=context, data_size_limit=1 << 25)
    a.start()
    b.start()
    signal.pause()


def postfix_common(name, interfaces):
    put(f"{name}/bad", "/^bad/ REJECT there is nobody of that name here\n")
    for d in ("queue", "data"):
        os.makedirs(path(f"{name}/{d}"), exist_ok=True)
    shutil.chown(path(f"{name}/data"), "postfix")
    return f"""compatibility_level = 3.6
queue_directory = {path(name)}/queue
data_directory = {path(name)}/data
inet_interfaces = {interfaces}
inet_protocols = ipv4
myhostname = {name}.example.test
maillog_file = {path(name)}/log
maillog_file_prefixes = {FOLDER}
mydestination =
local_recipient_maps =
message_size_limit = 20000000
alias_maps =
smtpd_peername_lookup = no
smtp_host_lookup = native
smtp_address_preference = ipv4
lmtp_host_lookup = native
syslog_name = {name}
"""


MASTER = """pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
tlsproxy unix - - n - 0 tlsproxy
postlog unix-dgram n - n - 1 postlogd
"""


def make_postfix_server():
    main = postfix_common("postfix-s", S) + f"""default_transport = discard:
relay_transport = discard:
virtual_transport = discard:
local_transport = discard:
mynetworks = 10.66.0.0/24 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access regexp:{path("postfix-s/bad")}, permit
smtpd_end_of_data_restrictions = check_policy_service inet:127.0.0.1:9998
smtpd_tls_cert_file = {path('cert.pem')}
smtpd_tls_key_file = {path('key.pem')}
smtpd_tls_security_level = may
smtpd_sasl_type = cyrus
smtpd_tls_CAfile = {path('cert.pem')}
"""
    put("postfix-s/main.cf", main)
    ports = [("25", ""), ("587", " -o smtpd_sasl_auth_enable=yes"),
             ("465", " -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes"),
             ("2525", " -o smtpd_discard_ehlo_keywords=chunking,pipelining"),
             ("2626", " -o smtpd_tls_protocols=TLSv1.2 -o smtpd_sasl_auth_enable=yes"
                      " -o smtpd_tls_exclude_ciphers=AESGCM,CHACHA20,AESCCM,ARIA,CAMELLIA"),
             ("2727", " -o smtpd_tls_ask_ccert=yes")]
    put("postfix-s/master.cf", MASTER + "".join(
        f"{S}:{p} inet n - n - - smtpd{o}\n" for p, o in ports))
    # `ip netns exec` mounts what is here over /etc.
    os.makedirs("/etc/netns/est-s", exist_ok=True)
    sh(f"echo {PASSWORD} | saslpasswd2 -p -c -f /etc/netns/est-s/sasldb2 -u example.test ann")
    shutil.chown("/etc/netns/est-s/sasldb2", "postfix")


def make_postfix_client():
    """Mail that comes in at 127.0.0.1:10025 goes to the servers, by the domain of the recipient."""
    put("postfix-c/maps", "".join(f"/@{d}\\.test$/ smtp-{d}:[{S}]:{p}\n" for d, p in RELAYS.items()))
    main = postfix_common("postfix-c", "127.0.0.1") + f"""transport_maps = regexp:{path('postfix-c/maps')}
mynetworks = 10.66.0.0/24 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
smtp_tls_security_level = encrypt
smtp_connection_cache_on_demand = no
default_destination_concurrency_limit = 1
initial_destination_concurrency = 1
"""
    put("postfix-c/main.cf", main)
    options = {"one": "", "twelve": " -o smtp_tls_mandatory_protocols=TLSv1.2", "lock": "",
               "cache": " -o smtp_tls_connection_reuse=yes -o smtp_connection_cache_destinations=static:all -o smtp_connection_reuse_count_limit=5",
               "eximrelay": "", "cbc": ""}
    put("postfix-c/master.cf", MASTER + f"127.0.0.1:10025 inet n - n - - smtpd\n" + "".join(
        f"smtp-{d} unix - - n - 1 smtp{o}\n" for d, o in options.items()))


RELAYS = {"one": 25, "twelve": 25, "lock": 2525, "cache": 25, "eximrelay": 2828, "cbc": 2626}


def exim_config(name, client):
    for d in ("spool", "log"):
        os.makedirs(path(f"{name}/{d}"), exist_ok=True)
        shutil.chown(path(f"{name}/{d}"), "Debian-exim", "Debian-exim")
    text = f"""exim_path = {EXIM}
spool_directory = {path(name)}/spool
log_file_path = {path(name)}/log/%s
primary_hostname = {name}.example.test
keep_environment =
tls_advertise_hosts = *
tls_certificate = {path('cert.pem')}
tls_privatekey = {path('key-exim.pem')}
local_interfaces = {'127.0.0.1' if client else S}
daemon_smtp_ports = {10026 if client else PORTS['exim']}
acl_smtp_rcpt = rcpt
queue_only = false
host_lookup =
rfc1413_hosts =
smtp_accept_max_per_connection = 100
begin acl
rcpt:
  deny local_parts = ^bad
       message = there is nobody of that name here
  accept
begin routers
"""
    if not client:
        return text + "all:\n  driver = accept\n  transport = none\nbegin transports\nnone:\n" \
            "  driver = appendfile\n  file = /dev/null\n  user = Debian-exim\nbegin retry\n* * F,1h,1h\n"
    for d, p in (("one", 25), ("lock", 2525), ("aio", PORTS["aio"]), ("exim", PORTS["exim"])):
        text += f"r{d}:\n  driver = manualroute\n  domains = {d}.test\n  route_list = * {S}::{p} byname\n" \
            f"  transport = t{d}\n  self = send\n"
    text += "begin transports\n"
    for d in ("one", "lock", "aio", "exim"):
        text += f"t{d}:\n  driver = smtp\n  hosts_require_tls = *\n  tls_verify_hosts =\n  tls_try_verify_hosts =\n" \
            "  connection_max_messages = 5\n  hosts_try_dane =\n"
    return text + "begin retry\n* * F,1h,1h\n"


# ---- messages

def message(size, tag="x"):
    """Header and text of about so many octets, CRLF, some lines with a dot in front."""
    head = f"From: <ann@example.test>\r\nTo: <bob@example.test>\r\nSubject: {tag}\r\n" \
        f"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{rng.getrandbits(64):x}@example.test>\r\n\r\n"
    out, n = [head], len(head)
    while n < size:
        line = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz     ", k=min(76, max(1, size - n - 2)))) + "\r\n"
        if rng.random() < 0.02:
            line = "." + line
        out.append(line)
        n += len(line)
    return "".join(out)


def some_size():
    return rng.choice([200, 300, 600, 1200, 2500, 5000, 9000, 20000, 60000, 150000, 400000, 2000000]) \
        + rng.randrange(100)


def some_path():
    return rng.choice(["bob", "c", "sales.department", "list-bounces+2026-11-25-a=b", "dora.miller"])


class Lab:
    def __init__(self):
        self.sessions = []  # claimed by the client: dict

    def note(self, port, kind, server, messages, octets, auth=False, **more):
        self.sessions.append(dict(client_port=port, client=kind, server=server, messages=messages,
                                  octets=octets, auth=auth, **more))

    def context(self, version):
        c = ssl.create_default_context()
        c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
        if version == 12:
            c.maximum_version = ssl.TLSVersion.TLSv1_2
        return c

    # -- Python's smtplib: waits for each reply

    def smtplib(self, server, version, sizes, auth=None, recipients=1, rejected=0, reset=False, ccert=False):
        c = self.context(version)
        if ccert:
            c.load_cert_chain(path("cert.pem"), path("key.pem"))
        implicit = server in ("implicit", "aios")
        make = (lambda: smtplib.SMTP_SSL(S, PORTS[server], context=c, timeout=20, local_hostname="client.example.test")) \
            if implicit else (lambda: smtplib.SMTP(S, PORTS[server], timeout=20, local_hostname="client.example.test"))
        s = make()
        port = s.sock.getsockname()[1]
        if not implicit:
            s.starttls(context=c)
        s.ehlo()
        if auth:
            s.user, s.password = USER, PASSWORD
            if auth == "PLAIN":
                s.auth("PLAIN", s.auth_plain)
            elif auth == "LOGIN":
                s.auth("LOGIN", s.auth_login, initial_response_ok=False)
            else:
                s.auth("CRAM-MD5", s.auth_cram_md5)
        octets = 0
        for size in sizes:
            text = message(size)
            if reset:
                s.mail(f"{some_path()}@example.test")
                s.rcpt("bad@example.test")
                s.rset()
            to = [f"{some_path()}{i}@example.test" for i in range(recipients)] + ["bad@example.test"] * rejected
            s.sendmail(f"{some_path()}@example.test", to, text)
            octets += len(text)
        if reset and not sizes:
            s.mail("a@example.test"), s.rcpt("bad@example.test"), s.rset()
        s.quit()
        self.note(port, "smtplib", server, len(sizes), octets, bool(auth))

    # -- a client that pipelines (RFC 2920) or sends chunks (RFC 3030), as relays do

    def raw(self, server, version, sizes, recipients=1, bdat=False, chunk=None, quit_along=False, rejected=0,
            dot_apart=False, vanish=False):
        c = self.context(version)
        sock = socket.create_connection((S, PORTS[server]), timeout=20)
        port = sock.getsockname()[1]
        implicit = server in ("implicit", "aios")

        def reply(f, n=1):
            last = b""
            for _ in range(n):
                while True:
                    last = f.readline()
                    if not last:
                        raise EOFError
                    if last[3:4] != b"-":
                        break
            return last

        if not implicit:
            f = sock.makefile("rb")
            reply(f)
            sock.sendall(b"EHLO relay.example.test\r\n"), reply(f)
            sock.sendall(b"STARTTLS\r\n"), reply(f)
        t = c.wrap_socket(sock)
        f = t.makefile("rb")
        if implicit:
            reply(f)
        t.sendall(b"EHLO relay.example.test\r\n"), reply(f)
        octets, quitted = 0, False
        for i, size in enumerate(sizes):
            body = message(size).encode()
            octets += len(body)
            group = f"MAIL FROM:<{some_path()}@sender.example.test> SIZE={len(body)}\r\n".encode()
            for k in range(recipients):
                group += f"RCPT TO:<{some_path()}{k}@example.test>\r\n".encode()
            for k in range(rejected):
                group += f"RCPT TO:<bad{k}@example.test>\r\n".encode()
            n = 1 + recipients + rejected
            if bdat:
                pieces = [body[j:j + chunk] for j in range(0, len(body), chunk)] if chunk else [body]
                for j, piece in enumerate(pieces):
                    last = b" LAST" if j == len(pieces) - 1 else b""
                    t.sendall((group if j == 0 else b"") + b"BDAT %d%s\r\n" % (len(piece), last) + piece)
                    reply(f, (n if j == 0 else 0) + 1)
                continue
            t.sendall(group + b"DATA\r\n"), reply(f, n + 1)
            stuffed = re.sub(rb"(?m)^\.", b"..", body)
            end = b".\r\n"
            if quit_along and i == len(sizes) - 1:
                end += b"QUIT\r\n"
                quitted = True
            if dot_apart:
                t.sendall(stuffed), t.sendall(end)
            else:
                t.sendall(stuffed + end)
            reply(f, 2 if quitted else 1)
        if not quitted and not vanish:
            t.sendall(b"QUIT\r\n"), reply(f)
        if not vanish:
            try:
                t.unwrap()
            except (OSError, ssl.SSLError):
                pass
        f.close(), t.close(), sock.close()
        self.note(port, "chunking" if bdat else "pipelining", server, len(sizes), octets)

    # -- programs: their port is found in the capture, by a nonce of the order in which they ran

    def program(self, kind, server, command, count, octets, auth=False, stdin=None, timeout=40):
        """The server's record says what came; the port is the one that its log saw next."""
        before = len(ports_seen())
        p = subprocess.run(["timeout", str(timeout)] + command, input=stdin, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT)
        for _ in range(40):
            after = ports_seen()
            if len(after) > before:
                break
            time.sleep(0.05)
        if len(after) != before + 1:
            print("lost track:", kind, server, p.stdout[-300:])
            return
        self.note(after[-1], kind, server, count, octets, auth, status=p.returncode)

    def swaks(self, server, version, size, auth=None, recipients=1, pipeline=False, stop=None):
        text = message(size)
        put("swaks.eml", text.replace("\r\n", "\n"))
        c = ["swaks", "--server", S, "--port", str(PORTS[server]), "--from", f"{some_path()}@example.test",
             "--to", ",".join(f"{some_path()}{i}@example.test" for i in range(recipients)),
             "--data", "@" + path("swaks.eml"), "--ehlo", "swaks.example.test",
             "--tls-protocol", "tlsv1_2" if version == 12 else "tlsv1_3"]
        c += ["--tls-on-connect"] if server in ("implicit", "aios") else ["--tls"]
        if auth:
            c += ["--auth", auth, "--auth-user", USER, "--auth-password", PASSWORD]
        if pipeline:
            c += ["--pipeline"]
        if stop:
            c += ["--quit-after", stop]
        self.program("swaks", server, c, 0 if stop else 1, 0 if stop else None, bool(auth))

    def msmtp(self, server, size, auth=None, recipients=1):
        put("msmtprc", f"account a\nhost {S}\nport {PORTS[server]}\nfrom ann@example.test\ntls on\n"
            f"tls_starttls {'off' if server in ('implicit', 'aios') else 'on'}\ntls_certcheck off\ntimeout 20\n"
            + (f"auth {auth}\nuser {USER}\npassword {PASSWORD}\n" if auth else "auth off\n"), 0o600)
        c = ["msmtp", "-C", path("msmtprc"), "-a", "a"] + [f"{some_path()}{i}@example.test" for i in range(recipients)]
        self.program("msmtp", server, c, 1, None, bool(auth), message(size).replace("\r\n", "\n").encode())

    def curl(self, server, version, size, auth=None, recipients=1):
        put("curl.eml", message(size))
        scheme = "smtps" if server in ("implicit", "aios") else "smtp"
        c = ["curl", "-sS", "-k", "--ssl-reqd", f"{scheme}://{S}:{PORTS[server]}/curl.example.test",
             "--mail-from", "ann@example.test", "-T", path("curl.eml"), "--tlsv1.2"]
        c += ["--tls-max", "1.2"] if version == 12 else []
        for i in range(recipients):
            c += ["--mail-rcpt", f"{some_path()}{i}@example.test"]
        if auth:
            c += ["-u", f"{USER}:{PASSWORD}", "--login-options", "AUTH=" + auth]
        self.program("curl", server, c, 1, None, bool(auth))

    def net_smtp(self, server, version, sizes, auth=None, recipients=1):
        """Perl's Net::SMTP, several messages a session."""
        for i, size in enumerate(sizes):
            put(f"perl{i}.eml", message(size).replace("\r\n", "\n"))
        code = """use Net::SMTP; use IO::Socket::SSL; my ($host, $port, $implicit, $version, $auth, $n, @files) = @ARGV;
my %tls = (SSL_verify_mode => 0, SSL_version => $version);
my $s = Net::SMTP->new($host, Port => $port, Hello => 'perl.example.test', Timeout => 20, SSL => $implicit, %tls) or die;
$implicit or $s->starttls(%tls) or die; $auth and ($s->auth(split / /, $auth) or die);
for my $f (@files) { open my $in, '<', $f or die; $s->mail('ann@example.test');
$s->to(map { "bob$_\\@example.test" } 1 .. $n); $s->data(<$in>); } $s->quit;"""
        c = ["perl", "-e", code, S, str(PORTS[server]), "1" if server in ("implicit", "aios") else "0",
             "TLSv1_2" if version == 12 else "TLSv1_3", f"{USER} {PASSWORD}" if auth else "", str(recipients)]
        self.program("Net::SMTP", server, c + [path(f"perl{i}.eml") for i in range(len(sizes))], len(sizes), None,
                     bool(auth))

    def nodemailer(self, server, version, sizes, auth=None, recipients=1):
        """Node's; its pool sends several messages over one connection."""
        for i, size in enumerate(sizes):
            put(f"node{i}.eml", message(size))
        code = """const [host, port, secure, version, user, pass, n, ...files] = process.argv.slice(2);
const t = require(process.env.NODEMAILER).createTransport({host, port, secure: secure == 1, requireTLS: true, pool: true,
  maxConnections: 1, maxMessages: 100, name: 'node.example.test', auth: user ? {user, pass} : undefined,
  tls: {rejectUnauthorized: false, minVersion: version, maxVersion: version}});
const to = []; for (let i = 0; i < n; i++) to.push(`bob${i}@example.test`);
Promise.all(files.map(f => t.sendMail({envelope: {from: 'ann@example.test', to}, raw: require('fs').readFileSync(f)})))
  .then(() => t.close(), e => { console.log(e); process.exit(1); });"""
        put("mail.js", code)
        c = ["node", path("mail.js"), S, str(PORTS[server]), "1" if server in ("implicit", "aios") else "0",
             f"TLSv1.{version - 10}", USER if auth else "", PASSWORD if auth else "", str(recipients)]
        self.program("nodemailer", server, c + [path(f"node{i}.eml") for i in range(len(sizes))], len(sizes), None,
                     bool(auth))

    def s_nail(self, server, size, auth=None):
        scheme = "smtps" if server in ("implicit", "aios") else "smtp"
        who = f"ann%40example.test:{PASSWORD}@" if auth else ""
        c = ["s-nail", "-:/", "-Snosave", "-Sv15-compat", "-Stls-verify=ignore", "-r", "ann@example.test", "-s", "x",
             "-Ssmtp-auth=" + (auth.lower() if auth else "none"), f"-Smta={scheme}://{who}{S}:{PORTS[server]}"]
        if scheme == "smtp":
            c += ["-Ssmtp-use-starttls"]
        self.program("s-nail", server, c + ["bob@example.test"], 1, None, bool(auth),
                     message(size).replace("\r\n", "\n").encode())

    def s_client(self, server, version, count, size):
        """A person's or a script's dialogue: one line at a time."""
        lines = ["EHLO probe.example.test"]
        for _ in range(count):
            lines += ["MAIL FROM:<ann@example.test>", f"RCPT TO:<{some_path()}@example.test>", "DATA",
                      message(size).replace("\r\n", "\n").replace("\n.", "\n..") + "."]
        lines += ["quit"]
        c = ["openssl", "s_client", "-connect", f"{S}:{PORTS[server]}", "-crlf", "-quiet", "-ign_eof",
             "-tls1_2" if version == 12 else "-tls1_3"]
        if server not in ("implicit", "aios"):
            c += ["-starttls", "smtp"]
        script = " ".join(["(sleep 0.4;"] + [f"printf '%s\\n' '{l}'; sleep 0.25;" for l in lines] + [")"])
        self.program("s_client", server, ["sh", "-c", script + " | " + " ".join(c)], count, None)

    def gnutls(self, server):
        c = f"(sleep 0.4; printf 'EHLO g.example.test\\r\\n'; sleep 0.2; printf 'NOOP\\r\\n'; sleep 0.2;" \
            f" printf 'QUIT\\r\\n'; sleep 0.2) | gnutls-cli --insecure --starttls-proto=smtp -p {PORTS[server]} {S}"
        self.program("gnutls-cli", server, ["sh", "-c", c], 0, 0)

    # -- relays: mail goes in over the loopback of the namespace, what comes out is the relay's doing

    def relay(self, kind, entrance, domain, sizes, recipients=1):
        s = smtplib.SMTP("127.0.0.1", entrance, timeout=20)
        for size in sizes:
            to = [f"{some_path()}{i}@{domain}.test" for i in range(recipients)]
            s.sendmail("ann@example.test", to, message(size))
        s.quit()


def ports_seen():
    """Client ports, in the order in which their connections began."""
    seen = []
    with open(path("syn.log")) as f:
        for line in f:
            m = re.search(r"IP 10\.66\.0\.2\.(\d+) > 10\.66\.0\.1\.(\d+): Flags \[S\]", line)
            if m:
                seen.append(int(m[1]))
    return seen


def run_clients():
    lab = Lab()
    deadline = time.time() + float(os.environ.get("LAB_SECONDS", "240"))

    def attempt(f, *a, **k):
        if time.time() > deadline and f != lab.relay:
            return
        try:
            f(*a, **k)
        except Exception as e:  # the lab goes on; what is not noted is not counted
            print("failed:", f.__name__, a, k, repr(e)[:200])

    servers = ["relay", "plain", "implicit", "submission", "aio", "aios", "exim", "asking", "cbc"]
    for round_ in range(int(os.environ.get("LAB_ROUNDS", "1"))):
        for server in servers:
            for version in (13,) if server == "exim" and round_ % 2 else (12, 13):
                v = 12 if server == "cbc" else version
                auths = [None, "PLAIN", "LOGIN", "CRAM-MD5"] if server in ("implicit", "submission", "cbc") else [None]
                for auth in auths:
                    attempt(lab.smtplib, server, v, [some_size() for _ in range(rng.randrange(0, 6))], auth,
                            rng.choice([1, 1, 1, 3, 8]), rng.choice([0, 0, 1]), rng.random() < 0.3,
                            ccert=server == "asking")
                    attempt(lab.swaks, server, v, some_size(), auth if auth else None, rng.choice([1, 1, 4]))
                    attempt(lab.msmtp, server, some_size(), auth.lower() if auth else None, rng.choice([1, 1, 3]))
                    attempt(lab.net_smtp, server, v, [some_size() for _ in range(rng.randrange(0, 4))], auth,
                            rng.choice([1, 1, 3]))
                    if "NODEMAILER" in os.environ:  # the folder of the package
                        attempt(lab.nodemailer, server, v, [some_size() for _ in range(rng.randrange(1, 5))], auth,
                                rng.choice([1, 1, 3]))
                    attempt(lab.s_nail, server, some_size(), auth if auth != "CRAM-MD5" else None)
                    if server != "cbc":
                        attempt(lab.curl, server, v, some_size(), auth, rng.choice([1, 1, 2]))
                attempt(lab.swaks, server, v, 300, None, 1, stop=rng.choice(["TLS", "EHLO", "MAIL", "RCPT"]))
                if server in ("relay", "exim", "implicit", "submission", "cbc", "asking"):
                    attempt(lab.raw, server, v, [some_size() for _ in range(rng.randrange(0, 6))],
                            rng.choice([1, 1, 2, 5, 20]), quit_along=rng.random() < 0.4,
                            rejected=rng.choice([0, 0, 1]), dot_apart=rng.random() < 0.3, vanish=rng.random() < 0.2)
                    attempt(lab.raw, server, v, [some_size() for _ in range(rng.randrange(1, 5))],
                            rng.choice([1, 1, 3]), bdat=True, chunk=rng.choice([None, None, 16384, 65536]))
                    attempt(lab.swaks, server, v, some_size(), None, rng.choice([1, 4]), pipeline=True)
            if round_ == 0 or rng.random() < 0.3:
                attempt(lab.s_client, server, rng.choice([12, 13]) if server != "cbc" else 12, rng.randrange(0, 3), 400)
            if server in ("relay", "exim", "aio"):
                attempt(lab.gnutls, server)
    for _ in range(int(os.environ.get("LAB_RELAYS", "4"))):
        for domain in RELAYS:
            attempt(lab.relay, "postfix", 10025, domain,
                    [some_size() for _ in range(rng.randrange(1, 5 if domain == "cache" else 3))], rng.choice([1, 1, 3]))
        for domain in ("one", "lock", "aio", "exim"):
            attempt(lab.relay, "exim", 10026, domain, [some_size() for _ in range(rng.randrange(1, 3))],
                    rng.choice([1, 1, 3]))
    time.sleep(6)  # the relays
    put("claims.json", json.dumps(lab.sessions))


def join():
    """What the clients claim and what the servers counted, by client port."""
    claims = {s["client_port"]: s for s in json.load(open(path("claims.json")))}
    counted = {}
    for line in open(path("policy.log")):
        r = json.loads(line)
        if r["client_port"] and r["client_port"].isdigit():
            c = counted.setdefault(int(r["client_port"]), [0, 0, False])
            c[0] += 1
            c[1] += int(r["size"])
            c[2] |= bool(r["sasl_method"])
    out, seen = [], []
    with open(path("syn.log")) as f:
        for line in f:
            m = re.search(r"IP 10\.66\.0\.2\.(\d+) > 10\.66\.0\.1\.(\d+): Flags \[S\]", line)
            if m:
                seen.append((int(m[1]), int(m[2])))
    ports = [port for port, _ in seen]
    for port, to in seen:
        if ports.count(port) > 1:
            continue  # the kernel gave it twice: whose record is whose?
        claim = claims.get(port)
        if to == PORTS["exim"]:
            if claim and claim["octets"] is not None:
                out.append(dict(claim, server_port=to))
            continue
        n, octets, auth = counted.get(port, [0, 0, False])
        if claim and claim["messages"] != n:
            print("differs:", claim, n, octets)
        client = claim["client"] if claim else "relay"
        out.append(dict(client_port=port, server_port=to, client=client, messages=n, octets=octets,
                        auth=auth or bool(claim and claim["auth"])))
    put("truth.json", json.dumps(out, indent=0))
    print(len(out), "sessions")


def wait_for(log, words):
    for _ in range(300):
        if os.path.exists(path(log)) and words in open(path(log)).read():
            return
        time.sleep(0.2)


def lab():
    os.makedirs(FOLDER, exist_ok=True)
    for n in ("policy.log", "syn.log"):
        put(n, "")
    if not os.path.exists(path("cert.pem")):
        sh(f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {path('key.pem')} -out {path('cert.pem')} -days 90"
           f" -subj /CN=mx.example.test -addext subjectAltName=DNS:mx.example.test", stderr=subprocess.DEVNULL)
    shutil.copy(path("key.pem"), path("key-exim.pem"))
    shutil.chown(path("key-exim.pem"), "Debian-exim")
    make_postfix_server()
    make_postfix_client()
    put("exim-s/conf", exim_config("exim-s", False))
    put("exim-c/conf", exim_config("exim-c", True))
    running = []
    sh("ip netns add est-s; ip netns add est-c; ip link add est0 netns est-s type veth peer name est1 netns est-c")
    try:
        for ns, dev, a in (("est-s", "est0", S), ("est-c", "est1", C)):
            sh(f"ip -n {ns} addr add {a}/24 dev {dev}; ip -n {ns} link set {dev} up; ip -n {ns} link set lo up")

        def start(ns, *command, **more):
            running.append(subprocess.Popen(["ip", "netns", "exec", ns, "timeout", "900"] + list(command), **more))

        start("est-c", "tcpdump", "-q", "-i", "est1", "-U", "-B", "65536", "-s", "0", "-w", path("all.pcap"), "tcp",
              stderr=subprocess.DEVNULL)
        start("est-c", "tcpdump", "-l", "-nn", "-i", "est1", "tcp[13] = 2 and src host " + C,
              stdout=open(path("syn.log"), "w"), stderr=subprocess.DEVNULL)
        start("est-s", "/usr/bin/python3", __file__, FOLDER, "1", "policy")
        start("est-s", "/usr/bin/python3", __file__, FOLDER, "1", "aio")
        start("est-s", "postfix", "-c", path("postfix-s"), "start-fg", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        start("est-c", "postfix", "-c", path("postfix-c"), "start-fg", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        start("est-s", EXIM, "-C", path("exim-s/conf"), "-bdf", "-q1h", stderr=subprocess.DEVNULL)
        start("est-c", EXIM, "-C", path("exim-c/conf"), "-bdf", "-q1h", stderr=subprocess.DEVNULL)
        wait_for("postfix-s/log", "daemon started"), wait_for("postfix-c/log", "daemon started")
        subprocess.run(["ip", "netns", "exec", "est-c", "timeout", "800", "/usr/bin/python3", __file__, FOLDER,
                        sys.argv[2] if len(sys.argv) > 2 else "1", "clients"])
    finally:
        for ns, name in (("est-s", "postfix-s"), ("est-c", "postfix-c")):
            subprocess.run(["ip", "netns", "exec", ns, "postfix", "-c", path(name), "stop"], stderr=subprocess.DEVNULL)
        for p in running:
            p.terminate()
        for p in running:
            p.wait()
        sh("ip netns del est-s; ip netns del est-c; rm -r /etc/netns/est-s")
    join()


{"lab": lab, "policy": serve_policy, "aio": serve_aio, "clients": run_clients, "join": join}[ROLE]()
