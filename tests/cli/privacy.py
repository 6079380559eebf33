"""privacy.py - what of the mail in captures must not be kept, and whether it was.

    privacy.py gather LIST CAPTURE...          write what must not be kept to LIST
    privacy.py search LIST OWN... -- FILE...   look for it in the octets of FILEs

It reads captures by itself, in the simplest way that serves, so that it shares no mistake with what
it tests: connections are put together by sequence number, and every line that a client sent in the
clear is forbidden, except for the name it greeted with.  What may be kept is taken off: names of
hosts, domains, keywords.  So is what OWN files hold, which have no mail in them: they are the
program itself and findings of nothing.
"""
import base64
import binascii
import collections
import gzip
import os
import re
import struct
import subprocess
import sys

LINE = 12  # shorter lines of content are too common to look for
WORD = 4  # of a password, a user name, or a local part before its @
BARE = 6  # of a local part or a subject by itself

# ---- frames


def open_capture(path):
    octets = open(path, "rb").read()
    if octets[:2] == b"\x1f\x8b":
        octets = gzip.decompress(octets)
    elif octets[:4] == b"\x28\xb5\x2f\xfd":
        try:
            octets = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
        except FileNotFoundError:
            print("%s is left out: there is no zstd" % os.path.basename(path))
            octets = b""
    return octets


def frames_of_pcapng(octets):
    at, links, order = 0, [], "<"
    while at + 12 <= len(octets):
        if octets[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if octets[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        kind, size = struct.unpack_from(order + "II", octets, at)
        if size < 12:
            return
        if kind == 1:
            links.append(struct.unpack_from(order + "H", octets, at + 8)[0])
        elif kind == 6:
            interface, _, _, captured, _ = struct.unpack_from(order + "IIIII", octets, at + 8)
            yield links[interface], octets[at + 28 : at + 28 + captured]
        at += size


def frames_of(octets):
    if octets[:4] == b"\x0a\x0d\x0d\x0a":
        yield from frames_of_pcapng(octets)
        return
    if len(octets) < 24:
        return
    order = "<" if octets[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link, at = struct.unpack_from(order + "I", octets, 20)[0] & 0xFFFF, 24
    while at + 16 <= len(octets):
        captured = struct.unpack_from(order + "I", octets, at + 8)[0]
        yield link, octets[at + 16 : at + 16 + captured]
        at += 16 + captured


ETHERTYPE_AT = {1: 12, 113: 14, 276: 0}
PAYLOAD_AT = {0: 4, 12: 0, 14: 0, 101: 0, 108: 4, 1: 14, 113: 16, 276: 20}


def network_layer(link, frame):
    """The IP packet in a frame, behind VLAN tags, PPPoE and MPLS labels."""
    at = PAYLOAD_AT.get(link)
    if at is None:
        return b""
    if link not in ETHERTYPE_AT:
        return frame[at:]
    kind = frame[ETHERTYPE_AT[link] : ETHERTYPE_AT[link] + 2]
    while kind in (b"\x81\x00", b"\x88\xa8", b"\x91\x00"):
        kind, at = frame[at + 2 : at + 4], at + 4
    if kind == b"\x88\x64":
        return frame[at + 8 :]
    if kind == b"\x88\x47":
        while at + 4 <= len(frame) and not frame[at + 2] & 1:
            at += 4
        return frame[at + 4 :]
    return frame[at:] if kind in (b"\x08\x00", b"\x86\xdd") else b""


def segment_of(packet):
    """(source, destination, sequence, flags, payload) of a TCP segment, or None."""
    if len(packet) < 20:
        return None
    if packet[0] >> 4 == 4:
        head, protocol = (packet[0] & 15) * 4, packet[9]
        if struct.unpack_from(">H", packet, 6)[0] & 0x3FFF:
            return None  # a fragment
        packet = packet[: struct.unpack_from(">H", packet, 2)[0] or len(packet)]
        ends = packet[12:16], packet[16:20]
    elif packet[0] >> 4 == 6 and len(packet) >= 40:
        head, protocol = 40, packet[6]
        packet = packet[: 40 + struct.unpack_from(">H", packet, 4)[0]]
        ends = packet[8:24], packet[24:40]
    else:
        return None
    if protocol in (4, 41):
        return segment_of(packet[head:])
    tcp = packet[head:]
    if protocol != 6 or len(tcp) < 20:
        return None
    from_port, to_port, sequence = struct.unpack_from(">HHI", tcp)
    return (ends[0], from_port), (ends[1], to_port), sequence, tcp[13], tcp[(tcp[12] >> 4) * 4 :]


# ---- connections


class Stream:
    """What one end sent: the first copy of each octet counts, the others are kept aside."""

    def __init__(self):
        self.first, self.segments = None, []

    def add(self, sequence, payload):
        if self.first is None:
            self.first = sequence
        offset = (sequence - self.first + (1 << 31)) % (1 << 32) - (1 << 31)
        self.segments.append((offset, len(self.segments), payload))

    def pieces(self):
        """Octets without a gap between them; and copies that differ from what was there."""
        whole, end, others = [], None, []
        for offset, _, payload in sorted(self.segments):
            if end is None or offset > end:
                whole.append(bytearray())
                end = offset
            have = end - offset
            if whole[-1][len(whole[-1]) - have :][: len(payload)] != payload[:have]:
                others.append(payload)
            whole[-1] += payload[have:]
            end = max(end, offset + len(payload))
        return [bytes(w) for w in whole], others


def connections_of(path):
    """(client's Stream, server's Stream) of each connection."""
    open_now, all_of_them = {}, []
    for link, frame in frames_of(open_capture(path)):
        found = segment_of(network_layer(link, frame))
        if not found:
            continue
        source, destination, sequence, flags, payload = found
        key = tuple(sorted((source, destination)))
        if key not in open_now or (flags & 0x12 == 0x02 and open_now[key][source].segments):
            open_now[key] = {source: Stream(), destination: Stream()}
            all_of_them.append(open_now[key])
        if payload:
            open_now[key][source].add(sequence, payload)
    for ends in all_of_them:
        a, b = ends
        server = b if is_server(b, ends[b], ends[a]) else a
        yield ends[a if server == b else b], ends[server]


def is_server(end, its, others):
    said = b"".join(its.pieces()[0])[:4]
    heard = b"".join(others.pieces()[0])[:4]
    if re.match(rb"(220|554)[ -]", said) or re.match(rb"(?i)(ehlo|helo|lhlo)", heard):
        return True
    return end[1] in (24, 25, 465, 587, 2525) and not re.match(rb"(220|554)[ -]", heard)


# ---- what was said


VERB = re.compile(rb"(?i)(ehlo|helo|lhlo|mail|rcpt|data|bdat|rset|noop|quit|starttls|auth|vrfy|expn)\b")
PATH = re.compile(rb"(?i)(?:mail from|rcpt to):\s*<?(?:@[^:>]*:)?([^>\s]*)@([^>\s]*)")


class Gathered:
    def __init__(self):
        self.forbidden, self.allowed = {}, set()

    def forbid(self, kind, value, least):
        value = value.strip()
        if len(value) >= least and not (value.isdigit() and len(value) < LINE):
            self.forbidden.setdefault(value, kind)

    def allow(self, value):
        self.allowed.add(value.strip())

    # AUTH: as sent, as it decodes, and the parts of that

    def secret(self, sent):
        self.forbid("AUTH, as sent", sent, WORD)
        try:
            clear = base64.b64decode(sent, validate=True)
        except (binascii.Error, ValueError):
            return
        self.forbid("AUTH, decoded", clear, WORD)
        for part in re.split(rb"[\0\x01 ]", clear):
            self.forbid("AUTH, user or password", part, WORD)
            self.forbid("AUTH, local part of the user", part.split(b"@")[0], BARE)

    def address(self, local, domain):
        self.allow(domain)
        if len(local) >= WORD:
            self.forbid("local part and @", local.strip(b'"') + b"@", WORD)
        self.forbid("local part", local.strip(b'"'), BARE)

    # content: every line; the values of its header

    def content(self, octets):
        for line in octets.split(b"\n"):
            self.forbid("line of content", line, LINE)
            if line.startswith(b".."):
                self.forbid("line of content", line[1:], LINE)
        head = re.sub(rb"\r?\n[ \t]+", b" ", octets.split(b"\r\n\r\n")[0])
        for name, value in re.findall(rb"(?m)^([!-9;-~]+):[ \t]*(.*?)\r?$", head):
            if name.lower() == b"subject":
                self.forbid("subject", value, BARE)
                self.forbid("subject", words_of(value), BARE)
            elif not name.lower().startswith((b"content-", b"mime-")):
                self.forbid("value of a header field", value, LINE)
        for value in re.findall(rb'(?i)\b(?:file)?name\*?="?([^"\r\n;]+)', octets):
            self.forbid("name of a file", value, BARE)

    # the dialogue, of the client's side alone

    def client(self, octets):
        in_auth = False
        while octets:
            if octets[:2] == b"\x16\x03":
                return
            line, _, octets = octets.partition(b"\n")
            line = line.rstrip(b"\r")
            verb = VERB.match(line)
            word = verb.group(1).upper() if verb else b""
            if word in (b"EHLO", b"HELO", b"LHLO"):
                self.allow(line[4:])
                continue
            self.forbid("line of the client", line, LINE)
            if in_auth and not verb:
                self.secret(line)
                continue
            in_auth = word == b"AUTH"
            if in_auth and len(line.split()) > 2:
                self.secret(line.split()[2])
            path = PATH.match(line)
            if path:
                self.address(path.group(1), path.group(2))
            if word in (b"VRFY", b"EXPN"):
                self.forbid("address asked for", line[4:], BARE)
            if word == b"BDAT" and len(line.split()) > 1 and line.split()[1].isdigit():
                size = int(line.split()[1])
                self.content(octets[:size])
                octets = octets[size:]
            elif not verb or (word == b"DATA" and not VERB.match(octets)):
                body = re.split(rb"(?:^|\n)\.\r?\n", octets, maxsplit=1)
                self.content((b"" if verb else line + b"\r\n") + body[0])
                octets = body[1] if len(body) > 1 else b""

    # of the server's side: what may be kept, and challenges

    def server(self, octets):
        clear, *tls = re.split(rb"(?=\x16\x03)", octets, maxsplit=1)
        for line in clear.split(b"\n"):
            if line.startswith(b"334 "):
                self.forbid("AUTH, challenge", line[4:], LINE)
            elif re.match(rb"(220|554|250)[ -]", line) and not re.match(rb"250[ -]\d\.\d\.\d", line):
                self.allow(re.sub(rb"<[^>]*>", b"", line[4:]))
        for octet_string in tls:
            for name in re.findall(rb"[\w*.-]{4,}", octet_string[:65536]):
                self.allow(name)


def words_of(value):
    """A field with its encoded words (RFC 2047) undone, as UTF-8."""

    def undo(match):
        charset, how, text = match.groups()
        try:
            octets = (
                base64.b64decode(text)
                if how in b"bB"
                else binascii.a2b_qp(text.replace(b"_", b" "), header=True)
            )
            return octets.decode(charset.decode("ascii")).encode()
        except (LookupError, ValueError):
            return text

    return re.sub(rb"=\?([^?]+)\?([bBqQ])\?([^?]*)\?=", undo, value)


def escaped(value):
    """As mailtap writes octets that are no printable UTF-8."""
    out = ""
    for c in value.decode("utf-8", "surrogateescape"):
        if c == "\\":
            out += "\\\\"
        elif "\udc80" <= c <= "\udcff":
            out += "\\x%02x" % (ord(c) - 0xDC00)
        elif ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0:
            out += "".join("\\x%02x" % octet for octet in c.encode())
        else:
            out += c
    return out.encode()


def gather(into, paths):
    all_of_it = Gathered()
    sessions = 0
    for path in paths:
        all_of_it.allow(os.path.basename(path).encode())
        for client, server in connections_of(path):
            sessions += 1
            for stream, read in ((client, all_of_it.client), (server, all_of_it.server)):
                pieces, others = stream.pieces()
                for octets in pieces + others:
                    read(octets)
    allowed = b"\n".join(sorted(all_of_it.allowed)).lower()
    kept = 0
    with open(into, "w") as out:
        for value, kind in sorted(all_of_it.forbidden.items()):
            if value.lower() in allowed:
                continue
            for form in sorted({value, escaped(value)}):
                out.write("%s\t%s\n" % (kind, form.hex()))
            kept += 1
    print(
        "%d strings that must not be kept, from %d connections in %d captures; %d more may be kept"
        % (kept, sessions, len(paths), len(all_of_it.forbidden) - kept)
    )
    return 0 if kept else 1


# ---- the search


def blocks_of(path):
    """The pages of a database or its WAL, for most copies share most pages; else the whole file."""
    octets = open(path, "rb").read()
    if octets[:16] == b"SQLite format 3\0":
        size = struct.unpack_from(">H", octets, 16)[0]
        size = 65536 if size == 1 else size
        return [octets[at : at + size] for at in range(0, len(octets), size)]
    if octets[:4] in (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83") and len(octets) >= 32:
        size = struct.unpack_from(">I", octets, 8)[0]
        return [octets[at + 24 : at + 24 + size] for at in range(32, len(octets), 24 + size)]
    return [octets]


class Search:
    """Letter case makes no difference: what was kept may have been folded."""

    def __init__(self, list_path, own_paths):
        self.own = b"".join(open(p, "rb").read() for p in own_paths).lower()
        self.by_start, self.short = collections.defaultdict(list), []
        self.count, self.seen, self.own_words = 0, {}, set()
        for line in open(list_path):
            kind, value = line.rstrip("\n").split("\t")
            value = bytes.fromhex(value).lower()
            self.count += 1
            if len(value) < 8:
                self.short.append((value, kind))
            else:
                self.by_start[value[:8]].append((value, kind))

    def in_block(self, block):
        block = block.lower()
        hits = [hit for hit in self.short if hit[0] in block]
        for at in range(len(block) - 7):
            for hit in self.by_start.get(block[at : at + 8], ()):
                if block.startswith(hit[0], at):
                    hits.append(hit)
        # "recipient" is a word of the table of addresses, and an octet behind it may well be 64.
        own = {value for value, _ in hits if value in self.own or value.rstrip(b"@") in self.own}
        self.own_words |= own
        return {kind for value, kind in hits if value not in own}

    def in_file(self, path):
        found = set()
        for block in blocks_of(path):
            if block not in self.seen:
                self.seen[block] = self.in_block(block)
            found |= self.seen[block]
        return sorted(found)


def search(list_path, own_paths, paths):
    look = Search(list_path, own_paths)
    failed = 0
    for path in paths:
        for kind in look.in_file(path):
            print("FAILED: %s: in %s" % (kind, os.path.basename(path)))
            failed = 1
    print(
        "looked for %d strings in %d files (%d different pages); passed over %d that are words of "
        "mailtap's own" % (look.count, len(paths), len(look.seen), len(look.own_words))
    )
    return failed


if __name__ == "__main__":
    if sys.argv[1] == "gather":
        sys.exit(gather(sys.argv[2], sys.argv[3:]))
    OWN, FILES = sys.argv[3 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
    sys.exit(search(sys.argv[2], OWN, FILES))
