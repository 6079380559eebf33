"""lab.py - real mail software around a live capture: three network namespaces, nothing outside of them.

    clients 10.77.1.1 ... c0 --- m0  the middle  m1 --- s0 ... 10.77.0.1 Postfix

The middle forwards.  What comes from 10.77.1.11, .12, .13 it takes for itself and passes on without STARTTLS: masked,
left out, refused.  The client still sees the server's address, and so does a capture on m0; on m1 the same mail is seen
with the middle's own address.  Over vxlan7, on c0 and m0, the clients are 10.77.7.1.

span0 in the middle is the mirror port of a switch: all frames of m0, those of 10.77.1.21 with a VLAN tag, of .22 with
two, of .23 inside of GRE.  Frames of a veth pair have no stamp of the kernel that two programs could share (TCP has
left one of its own there); those of span0 do.

Postfix: 25 and 587 with STARTTLS (587 with AUTH), 2525 without, 465 TLS from the first octet, 2526 in the clear with
AUTH.  All mail is thrown away.
"""
import base64
import os
import shutil
import signal
import socket
import socketserver
import sqlite3
import struct
import subprocess
import sys
import threading
import time

SERVER, SERVER6 = "10.77.0.1", "fd77:0::1"
CLIENT, CLIENT6 = "10.77.1.1", "fd77:1::1"
TUNNEL = "10.77.7.1"
MASKED, REMOVED, REFUSED = "10.77.1.11", "10.77.1.12", "10.77.1.13"
TAGGED, TWICE, GRE = "10.77.1.21", "10.77.1.22", "10.77.1.23"
USER, PASSWORD = "ann", "correct-horse"
HERE = os.path.abspath(__file__)

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/postfix/queue
data_directory = {folder}/postfix/data
maillog_file = {folder}/postfix/log
maillog_file_prefixes = {folder}
inet_interfaces = all
inet_protocols = all
myhostname = mx.example.test
mydestination =
local_recipient_maps =
alias_maps =
in_flow_delay = 0
mynetworks = 0.0.0.0/0 [::]/0
default_transport = discard:
relay_transport = discard:
local_transport = discard:
smtpd_recipient_restrictions = check_recipient_access static:discard, permit
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:12345
syslog_name = postfix-lab
"""

MASTER = """25 inet n - n - - smtpd
587 inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes
465 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
2525 inet n - n - - smtpd -o smtpd_tls_security_level=none
2526 inet n - n - - smtpd -o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
discard unix - - n - - discard
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


def sh(command, check=True):
    subprocess.run(command, shell=True, check=check, stdout=subprocess.DEVNULL,
                   stderr=None if check else subprocess.DEVNULL)


def wait_for(what, seconds, *arguments):
    """Until it is true, or so many seconds are over; what it said last."""
    end = time.monotonic() + seconds
    while True:
        said = what(*arguments)
        if said or time.monotonic() > end:
            return said
        time.sleep(0.05)


def ask(db, sql, default=None):
    """All rows, read as any reader would; `default` when there is no such database yet."""
    try:
        handle = sqlite3.connect("file:%s?mode=ro" % db, uri=True, timeout=5)
        try:
            return handle.execute(sql).fetchall()
        finally:
            handle.close()
    except sqlite3.Error:
        if default is None:
            raise
        return default


class Lab:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.name = "lab%d" % os.getpid()
        self.running = []
        self.stamp = None

    def __enter__(self):
        try:
            self.make()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def path(self, name):
        return os.path.join(self.folder, name)

    def inside(self, place):
        """What runs a command in a place: s, m or c."""
        return ["ip", "netns", "exec", self.name + "-" + place]

    def start(self, place, *command, **more):
        process = subprocess.Popen(self.inside(place) + list(command), stdin=subprocess.DEVNULL, **more)
        self.running.append(process)
        return process

    def role(self, place, role, *arguments):
        return self.start(place, sys.executable, HERE, role, *map(str, arguments))

    def ip(self, place, *commands):
        for c in commands:
            sh("ip -n %s-%s %s" % (self.name, place, c))

    # ---- the place

    def wires(self):
        for place in "smc":
            sh("ip netns add %s-%s" % (self.name, place))
            self.ip(place, "link set lo up")
        self.front()
        self.ip("m", "link add m1 type veth peer name s0 netns %s-s" % self.name,
                "addr add 10.77.0.254/24 dev m1", "-6 addr add fd77:0::fe/64 dev m1 nodad", "link set m1 up",
                # What a box in the middle takes for itself, with the server's address.
                "route add local %s dev lo table 100" % SERVER,
                *("rule add from %s to %s lookup 100" % (a, SERVER) for a in (MASKED, REMOVED, REFUSED)))
        self.ip("s", "addr add %s/24 dev s0" % SERVER, "-6 addr add %s/64 dev s0 nodad" % SERVER6, "link set s0 up",
                "route add default via 10.77.0.254", "-6 route add default via fd77:0::fe")
        subprocess.run(self.inside("m") + ["sysctl", "-q", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"],
                       check=True)

    def front(self):
        """The wire between clients and middle, that tests take away and make again."""
        self.ip("m", "link add m0 type veth peer name c0 netns %s-c" % self.name,
                "addr add 10.77.1.254/24 dev m0", "-6 addr add fd77:1::fe/64 dev m0 nodad", "link set m0 up")
        self.ip("c", *("addr add %s/24 dev c0" % a for a in (CLIENT, MASKED, REMOVED, REFUSED, TAGGED, TWICE, GRE)),
                "-6 addr add %s/64 dev c0 nodad" % CLIENT6, "link set c0 up")
        self.routes()
        self.ip("m", "link add vxlan7 type vxlan id 7 local 10.77.1.254 remote %s dev m0 dstport 4789" % CLIENT,
                "addr add 10.77.7.254/24 dev vxlan7", "link set vxlan7 up")
        self.ip("c", "link add vxlan7 type vxlan id 7 local %s remote 10.77.1.254 dev c0 dstport 4789" % CLIENT,
                "addr add %s/24 dev vxlan7" % TUNNEL, "link set vxlan7 up", "route add default via 10.77.7.254 table 7")
        sh("ip -n %s-c rule del from %s" % (self.name, TUNNEL), check=False)
        self.ip("c", "rule add from %s lookup 7" % TUNNEL)

    def routes(self):
        self.ip("c", "route replace default via 10.77.1.254 src %s" % CLIENT, "-6 route replace default via fd77:1::fe")

    def make(self):
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o755)
        sh("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout %s -out %s -days 30"
           " -subj /CN=mx.example.test 2> /dev/null" % (self.path("key.pem"), self.path("cert.pem")))
        for d in ("queue", "data"):
            os.makedirs(self.path("postfix/" + d))
        shutil.chown(self.path("postfix/data"), "postfix")
        with open(self.path("postfix/main.cf"), "w") as f:
            f.write(MAIN.format(folder=self.folder))
        with open(self.path("postfix/master.cf"), "w") as f:
            f.write(MASTER)
        # Both programs that capture are to get the stamp that the frame came in with, not each its own.
        self.stamp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.stamp.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS
        self.wires()
        self.role("s", "logins")
        self.role("m", "stripper")
        self.start("s", "postfix", "-c", self.path("postfix"), "start-fg", stdout=subprocess.DEVNULL,
                   stderr=open(self.path("postfix/errors"), "w"))
        for place, source in (("c", CLIENT), ("c", MASKED)):
            if not wait_for(self.answers, 20, source):
                raise RuntimeError("no server answers; %s says why" % self.path("postfix/log"))

    def mirror(self):
        self.role("m", "mirror", "m0", "span0")
        if not wait_for(lambda: subprocess.run(self.inside("m") + ["ip", "link", "set", "span0", "up"],
                                               stderr=subprocess.DEVNULL).returncode == 0, 10):
            raise RuntimeError("there is no span0")

    def answers(self, source):
        probe = subprocess.run(self.inside("c") + [sys.executable, HERE, "probe", source], stderr=subprocess.DEVNULL)
        return probe.returncode == 0

    def close(self):
        subprocess.run(self.inside("s") + ["postfix", "-c", self.path("postfix"), "stop"], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        for p in self.running:
            if p.poll() is None:
                p.terminate()
        for p in self.running:
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        for place in "smc":
            sh("ip netns del %s-%s" % (self.name, place), check=False)

    # ---- those who capture

    def tcpdump(self, interface, file, *more):
        """Records with the same stamps; returns when it does."""
        errors = self.path(os.path.basename(file) + ".errors")
        with open(errors, "w") as log:
            p = self.start("m", "tcpdump", "-Z", "root", "-n", "-i", interface, "-U", "-s", "0", "-B", "32768",
                           "--time-stamp-precision=nano", "-w", file, *more, stderr=log, stdout=subprocess.DEVNULL)
        if not wait_for(lambda: "listening on" in open(errors).read(), 10):
            raise RuntimeError("tcpdump: " + open(errors).read())
        return p

    def mailtap(self, program, log, *arguments, place="m", listening=True):
        """A live capture that has begun; `log` is what it says."""
        with open(log, "a") as out:
            begin = out.tell()
            p = self.start(place, program, "capture", *arguments, stderr=out, stdout=out)

        def ready():
            return p.poll() is not None or "mailtap capture: listening on" in open(log).read()[begin:]

        if listening and (not wait_for(ready, 20) or p.poll() is not None):
            raise RuntimeError("mailtap does not capture: " + open(log).read()[begin:])
        return p

    # ---- those who send

    def swaks(self, *arguments):
        return self.start("c", "swaks", "--from", "ann@example.test", "--to", "bob@example.net", "--hide-all",
                          "--helo", "client.example.test", "--timeout", "15", *arguments,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def visits(self):
        """One session of every kind by swaks, all at once; each with the class that it must get."""
        login = ["--auth", "PLAIN", "--auth-user", USER, "--auth-password", PASSWORD]
        stripped = [("masked", MASKED), ("removed", REMOVED), ("refused", REFUSED)]
        kinds = [("starttls", ["-s", SERVER, "-p", "25", "-li", CLIENT, "-tls"]),
                 ("submission", ["-s", SERVER, "-p", "587", "-li", CLIENT, "-tls", *login]),
                 ("implicit", ["-s", SERVER, "-p", "465", "-li", CLIENT, "-tlsc"]),
                 ("clear", ["-s", SERVER, "-p", "2525", "-li", CLIENT]),
                 ("unused", ["-s", SERVER, "-p", "25", "-li", CLIENT]),
                 ("login", ["-s", SERVER, "-p", "2526", "-li", CLIENT, *login]),
                 ("tunnel", ["-s", SERVER, "-p", "25", "-li", TUNNEL, "-tls"]),
                 ("tunnel-clear", ["-s", SERVER, "-p", "2525", "-li", TUNNEL])]
        kinds += [(name, ["-s", SERVER, "-p", "25", "-li", source, "-tlso"]) for name, source in stripped]
        return {name: self.swaks(*arguments) for name, arguments in kinds}

    def visit_all(self):
        """The same, ended; {name: exit status}."""
        return {name: p.wait(60) for name, p in self.visits().items()}

    def sessions(self, count, source=CLIENT, port=2525, tls=False, server=SERVER, wait=True, place="c"):
        """So many small ones, by one light client; True when all went well."""
        p = self.role(place, "send", count, source, port, int(tls), server)
        return p.wait(60) == 0 if wait else p


    def aborted(self):
        """One that the client ends by a reset."""
        return self.role("c", "abort", CLIENT, 2525, SERVER).wait(60) == 0


# ---- what runs in the places


def say(sock, line):
    sock.sendall(line.encode() + b"\r\n")


def reply(file, want):
    while True:
        line = file.readline()
        if not line[:3].isdigit() or line[:1] != want:
            raise OSError("answer %r" % line)
        if line[3:4] != b"-":
            return


def one_session(source, port, tls=False, server=SERVER, octets=600, context=None):
    with socket.create_connection((server, port), 15, (source, 0)) as s:
        f = s.makefile("rb")
        reply(f, b"2")
        say(s, "EHLO light.example.test")
        reply(f, b"2")
        if tls:
            say(s, "STARTTLS")
            reply(f, b"2")
            f.close()
            s = context.wrap_socket(s)
            f = s.makefile("rb")
            say(s, "EHLO light.example.test")
            reply(f, b"2")
        for line, want in (("MAIL FROM:<ann@example.test>", b"2"), ("RCPT TO:<bob@example.net>", b"2"), ("DATA", b"3")):
            say(s, line)
            reply(f, want)
        s.sendall(b"From: ann@example.test\r\nTo: bob@example.net\r\nSubject: lab\r\n\r\n" + b"x" * 70 * (octets > 0)
                  + b"\r\n" + (b"y" * 70 + b"\r\n") * (octets // 72) + b".\r\n")
        reply(f, b"2")
        say(s, "QUIT")
        reply(f, b"2")
        f.close()
        if tls:  # else one's goodbye meets the other's closed socket, and the end is a reset
            s.recv(1)
        s.close()


def tls_context():
    import ssl
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def run_abort(source, port, server):
    with socket.create_connection((server, int(port)), 15, (source, 0)) as s:
        f = s.makefile("rb")
        reply(f, b"2")
        say(s, "EHLO light.example.test")
        reply(f, b"2")
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        f.close()


def run_send(count, source, port, tls, server):
    context = tls_context() if int(tls) else None
    for _ in range(int(count)):
        one_session(source, int(port), int(tls), server, context=context)


def run_probe(source):
    with socket.create_connection((SERVER, 25), 2, (source, 0)) as s:
        s.settimeout(2)
        if s.recv(100)[:3] != b"220":
            sys.exit(1)
        s.sendall(b"QUIT\r\n")
        s.recv(100)


def run_mirror(interface, span):
    """Copies frames, dressed by whose they are."""
    import fcntl
    import struct
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, 0x400454CA, struct.pack("16sH22x", span.encode(), 0x1002))  # TUNSETIFF: TAP, NO_PI
    with open("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % span, "w") as f:
        f.write("1")
    source = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    source.setsockopt(socket.SOL_SOCKET, 33, 1 << 25)  # SO_RCVBUFFORCE
    source.bind((interface, 3))
    tagged, twice, gre = (socket.inet_aton(a) for a in (TAGGED, TWICE, GRE))
    outer = bytes.fromhex("0200000000010200000000020800")
    while True:
        try:
            frame = source.recv(1 << 17)
        except OSError:  # the wire is down
            time.sleep(0.1)
            continue
        both = (frame[26:30], frame[30:34]) if frame[12:14] == b"\x08\0" else ()
        if tagged in both:
            frame = frame[:12] + b"\x81\0\0\x07" + frame[12:]
        elif twice in both:
            frame = frame[:12] + b"\x88\xa8\0\x09\x81\0\0\x07" + frame[12:]
        elif gre in both and len(frame) < 65000:
            frame = outer + struct.pack(">BBHHHBBHII", 0x45, 0, len(frame) + 24, 0, 0, 64, 47, 0, 0xC0000201,
                                        0xC0000202) + b"\0\0\x65\x58" + frame
        try:
            os.write(tap, frame)
        except OSError:
            pass  # span0 is not up yet


class Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 64


def run_logins():
    """Postfix asks here who may log in (the protocol of Dovecot's auth service): USER."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\n"
                             b"COOKIE\t0123456789abcdef\nDONE\n")
            for line in self.rfile:
                words = line.decode("latin-1").rstrip("\n").split("\t")
                if words[0] != "AUTH":
                    continue
                given = [w[5:] for w in words if w.startswith("resp=")]
                good = given and base64.b64decode(given[0]).decode("latin-1").split("\0")[1:] == [USER, PASSWORD]
                self.wfile.write(("%s\t%s\tuser=%s\n" % ("OK" if good else "FAIL", words[1], USER)).encode())

    Threads(("127.0.0.1", 12345), Handler).serve_forever()


def run_stripper():
    """The box in the middle; what it does is a matter of the client's address."""

    def lines(source, target, change):
        rest = b""
        try:
            while chunk := source.read1(65536):
                *whole, rest = (rest + chunk).split(b"\n")
                target.write(b"".join(change(line + b"\n") for line in whole))
                target.flush()
            target.write(rest)
            target.flush()
        except OSError:
            pass

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            kind = self.client_address[0]
            up = socket.create_connection((SERVER, 25))
            server = up.makefile("rb"), up.makefile("wb")

            def from_server(line):
                if line[4:].strip().upper() != b"STARTTLS":
                    return line
                if kind == MASKED:
                    return line[:4] + b"XXXXXXXX\r\n"
                return b"" if kind == REMOVED else line

            def from_client(line):
                if kind == REFUSED and line.strip().upper() == b"STARTTLS":
                    self.wfile.write(b"502 5.5.1 command not implemented\r\n")
                    self.wfile.flush()
                    return b""
                return line

            def back():
                lines(server[0], self.wfile, from_server)
                try:
                    self.connection.shutdown(socket.SHUT_WR)
                except OSError:
                    pass

            answers = threading.Thread(target=back, daemon=True)
            answers.start()
            lines(self.rfile, server[1], from_client)
            try:
                up.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            answers.join(20)
            up.close()

    class Transparent(Threads):
        def server_bind(self):
            self.socket.setsockopt(socket.SOL_IP, 19, 1)  # IP_TRANSPARENT: answers with the server's address
            super().server_bind()

    Transparent(("0.0.0.0", 25), Handler).serve_forever()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    {"logins": run_logins, "stripper": run_stripper, "send": run_send, "abort": run_abort, "mirror": run_mirror, "probe": run_probe}[sys.argv[1]](*sys.argv[2:])
