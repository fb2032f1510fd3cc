#!/usr/bin/env python3
"""Sends invoices through a real SMTP server (aiosmtpd) that fails on purpose.

    check_mail.py CROSSFOOT BOOKS [RUNS]

BOOKS has an issued 2026-03. Each round takes a copy of them and calls `send --yes` until
nothing is left to send, against a server that answers 421, 451 and 550, hangs up after
DATA before or after it has taken the message, or is not there; some calls are killed. The
server counts what it has taken. Over all RUNS calls there must be

  0 duplicates: no invoice was taken twice, since nobody asked for that;
  0 silent skips: an invoice that was not taken is in no report as sent, and a call that
    ends with 0 has sent them all.

Then, once: STARTTLS with a login, a server without STARTTLS, and a certificate that nobody
knows, and the attachment of what arrived against the manifest.
"""
import asyncio
import datetime
import email
import email.policy
import errno
import hashlib
import json
import logging
import os
import random
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
from collections import Counter

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

CROSSFOOT, BOOKS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
PERIOD = "2026-03"
rng = random.Random(20261125)
# What the server thinks of connections that break is not of interest.
logging.disable(logging.CRITICAL)


class Server:
    """Takes mail, unless it decides not to."""

    def __init__(self, faults=True):
        self.faults, self.taken, self.messages, self.did = faults, Counter(), [], Counter()

    def fault(self, *kinds):
        if not self.faults or rng.random() > 0.25:
            return None
        kind = rng.choice(kinds)
        self.did[kind] += 1
        return kind

    async def handle_RCPT(self, server, session, envelope, address, options):
        kind = self.fault("550", "451", "421", "drop", "none", "none", "none", "none")
        if kind in ("550", "451"):
            return f"{kind} not now"
        if kind == "421":
            server.transport.write(b"421 going away\r\n")
        if kind in ("421", "drop"):
            server.transport.close()
            return "421 going away"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        kind = self.fault("550", "451", "421", "drop-untaken", "drop-taken", "late")
        if kind in ("550", "451", "421"):
            return f"{kind} not this one"
        if kind == "drop-untaken":
            server.transport.close()
            return "421 gone"
        number = email.message_from_bytes(envelope.content)["Subject"].split()[1]
        self.taken[number] += 1
        self.messages.append((envelope, session))
        if kind == "drop-taken":
            server.transport.close()
        if kind == "late":
            await asyncio.sleep(0.05)
        return "250 taken"


def settings(folder, port, more=""):
    path = os.path.join(folder, "crossfoot.toml")
    text = open(path).read()
    if "[mail]" in text:
        text = text[: text.index("[mail]")]
    with open(path, "w") as out:
        out.write(text + f'[mail]\nfrom = "Accounts <billing@malabar-voice.example>"\nsmtp_host = "127.0.0.1"\n'
                  f'smtp_port = {port}\nmax_attempts = 2\nretry_seconds = 0\ntimeout_seconds = 5\n' + (more or 'tls = "none"\n'))


def send(folder, *flags, kill=None, env=None):
    command = [CROSSFOOT, "send", "--period", PERIOD, "--yes", "--json", "--books", folder, *flags]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env or {})
    if kill is not None:
        try:
            child.wait(kill)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
    out, err = child.communicate()
    return child.returncode, out, err


def journal(folder):
    path = os.path.join(folder, "audit", "mail.jsonl")
    lines = open(path, "rb").read().split(b"\n")[:-1] if os.path.exists(path) else []
    return [json.loads(line) for line in lines]


def listening(controller):
    """A controller that listens, on the first free port below those that the system gives away
    itself: a port that is free now may be somebody's connection at the next moment."""
    for attempt in range(200):
        made = controller(18000 + (os.getpid() * 7 + attempt) % 14000)
        try:
            made.start()
            return made
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    sys.exit("no port is free")


def rounds():
    runs = killed = 0
    duplicates, skips, codes, unknown = [], [], Counter(), 0
    did = Counter()
    while runs < RUNS:
        with tempfile.TemporaryDirectory() as scratch:
            folder = os.path.join(scratch, "books")
            shutil.copytree(BOOKS, folder)
            numbers = [line.split(",")[0] for line in open(os.path.join(folder, "closes", PERIOD, "invoices.csv"))][1:]
            handler = Server()
            controller = listening(lambda port: Controller(handler, hostname="127.0.0.1", port=port))
            settings(folder, controller.port)
            for _ in range(6):
                kill = rng.random() * 0.06 if rng.random() < 0.15 else None
                if rng.random() < 0.05:
                    # Nobody listens.
                    settings(folder, 9)
                code, out, err = send(folder, kill=kill)
                settings(folder, controller.port)
                runs += 1
                codes[code] += 1
                if code < 0:
                    killed += 1
                    continue
                assert code in (0, 1, 3), (code, err)
                report = {row["number"]: row["state"] for row in json.loads(out)["outbox"]}
                events = {}
                for line in journal(folder):
                    events.setdefault(line["number"], []).append(line["event"])
                for number in numbers:
                    sent = "accepted" in events.get(number, [])
                    if sent and handler.taken[number] != 1:
                        skips.append((number, "journal says sent", handler.taken[number]))
                    if report.get(number) == "sent" and handler.taken[number] != 1:
                        skips.append((number, "report says sent", handler.taken[number]))
                    if code == 0 and handler.taken[number] != 1:
                        skips.append((number, "ended with 0", handler.taken[number]))
                    if code == 3 and number not in report:
                        skips.append((number, "not in the report", handler.taken[number]))
                    if handler.taken[number] > 1:
                        duplicates.append((number, events.get(number)))
                if code == 0:
                    break
            for number in numbers:
                last = [line["event"] for line in journal(folder) if line["number"] == number]
                unknown += bool(last) and last[-1] in ("intent", "unknown")
            controller.stop()
            did += handler.did
    print(f"{runs} runs ({killed} killed), exit codes {dict(codes)}, faults {dict(did)}; left unknown: {unknown}")
    print(f"duplicates: {len(duplicates)}, silent skips: {len(skips)}")
    assert not duplicates and not skips, (duplicates[:3], skips[:3])


def certificate(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of this test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .sign(key, hashes.SHA256()))
    cert, secret = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    open(cert, "wb").write(made.public_bytes(serialization.Encoding.PEM))
    open(secret, "wb").write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return cert, secret


def protected():
    with tempfile.TemporaryDirectory() as scratch:
        folder = os.path.join(scratch, "books")
        shutil.copytree(BOOKS, folder)
        cert, key = certificate(scratch)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)

        def login(server, session, envelope, mechanism, data):
            ok = isinstance(data, LoginPassword) and (data.login, data.password) == (b"billing", b"s3cret-of-the-test")
            return AuthResult(success=ok)

        class Protected(Controller):
            def factory(self):
                return SMTP(self.handler, tls_context=context, require_starttls=True, auth_required=True, authenticator=login)

        handler = Server(faults=False)
        controller = listening(lambda port: Protected(handler, hostname="127.0.0.1", port=port))
        # A certificate that nobody knows: refused, nothing taken, nothing in the journal.
        settings(folder, controller.port, 'tls = "starttls"\nuser = "billing"\n')
        env = {"CROSSFOOT_SMTP_PASSWORD": "s3cret-of-the-test"}
        code, out, err = send(folder, env=env)
        assert code == 1 and not handler.taken and not journal(folder), (code, err)
        settings(folder, controller.port, f'tls = "starttls"\nca_file = "{cert}"\nuser = "billing"\n')
        code, out, err = send(folder, env={"CROSSFOOT_SMTP_PASSWORD": "wrong"})
        assert code == 1 and not handler.taken and b"wrong" not in out + err, (code, err)
        code, out, err = send(folder, env=env)
        assert code == 0, (code, out, err)
        assert b"s3cret" not in out + err
        # Sent again on purpose: the counting sees it, and a mail program would.
        numbers = len(handler.taken)
        code, out, err = send(folder, "--again", "--reason", "test", env=env)
        assert code == 0 and set(handler.taken.values()) == {2}, (code, err, handler.taken)
        ids = Counter(email.message_from_bytes(e.content)["Message-ID"] for e, _ in handler.messages)
        assert len(ids) == numbers and set(ids.values()) == {2}
        controller.stop()
        # A server without STARTTLS gets nothing, and certainly no password.
        plain = listening(lambda port: Controller(handler, hostname="127.0.0.1", port=port))
        settings(folder, plain.port, f'tls = "starttls"\nca_file = "{cert}"\nuser = "billing"\n')
        before = len(handler.messages)
        code, out, err = send(folder, "--again", "--reason", "test", env=env)
        assert code == 1 and len(handler.messages) == before, (code, err)
        plain.stop()

        manifest = {f["path"]: f["sha256"] for f in json.load(open(os.path.join(folder, "closes", PERIOD, "manifest.json")))["files"]}
        assert all(session.ssl for _, session in handler.messages)
        for envelope, _ in handler.messages:
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert not message.defects and message["Message-ID"] and message["Date"]
            (attached,) = message.iter_attachments()
            assert attached.get_content_type() == "application/pdf"
            digest = hashlib.sha256(attached.get_content()).hexdigest()
            assert manifest[f"invoices/{attached.get_filename()}"] == digest
            # For people: who writes, and no digest.
            assert " from " in message["Subject"]
            assert all(digest not in message.get_body((kind,)).get_content() for kind in ("plain", "html"))
            assert max(map(len, envelope.content.split(b"\r\n"))) <= 998
        print(f"{len(handler.messages)} mails over STARTTLS with a login, attachments as in the manifest")


protected()
rounds()
