"""What the tests of evidence share: the rehearsal, replayed once a session, and a time stamping authority on loopback."""

from __future__ import annotations

import datetime
import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from syndication.rehearsal.build import build
from syndication.store.reading import snapshot

OPENSSL_TS = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def replayed(syndication, tmp_path_factory):
    """The data folder of the replayed rehearsal, made once a session; nobody writes to it."""
    done = tmp_path_factory.getbasetemp() / "evidence-of-the-rehearsal"
    if not done.is_dir():
        root = tmp_path_factory.mktemp("replaying")
        fleet = build(root / "rehearsal")
        folder = root / "data"
        folder.mkdir()
        for path in fleet.data.glob("*.csv"):
            shutil.copyfile(path, folder / path.name)
        syndication("replay", fleet.looks, "--data", folder)
        folder.rename(done)
    return done


def copied(folder, target):
    """A copy that may be damaged."""
    shutil.copytree(folder, target)
    return target


def verdicts(folder, **wanted):
    """Ids of verdicts whose columns of verdict_list have the wanted values."""
    where = " AND ".join(f"{name} = :{name}" for name in wanted) or "1"
    with snapshot(folder / "syndication.db") as connection:
        found = connection.execute(f"SELECT verdict_id FROM verdict_list WHERE {where} ORDER BY verdict_id", wanted)
        return [row[0] for row in found.fetchall()]


def one_of_each_cause(folder):
    """An id for each status and cause that the rehearsal has."""
    with snapshot(folder / "syndication.db") as connection:
        found = connection.execute("SELECT min(verdict_id) FROM verdict_list GROUP BY judged_status, cause ORDER BY 1")
        return [row[0] for row in found.fetchall()]


class Authority:
    """A small time stamping authority: its own root and certificate; `openssl ts` makes the replies."""

    def __init__(self, folder):
        self.folder = folder
        self.root = folder / "root.pem"
        self.asked = 0
        self.answer = None  # bytes to send instead of a token
        root_key, root = certificate("Root of a rehearsal", None, None, authority=True)
        key, signer = certificate("Stamps of a rehearsal", root_key, root, authority=False)
        self.root.write_bytes(root.public_bytes(serialization.Encoding.PEM))
        (folder / "signer.pem").write_bytes(signer.public_bytes(serialization.Encoding.PEM))
        (folder / "key.pem").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ))  # fmt: skip
        (folder / "serial").write_text("01", encoding="ascii")
        (folder / "openssl.cnf").write_text(OPENSSL_TS.format(folder=folder), encoding="ascii")

    def reply(self, query):
        self.asked += 1
        if self.answer is not None:
            return self.answer
        (self.folder / "query").write_bytes(query)
        command = [
            "openssl", "ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query", "-signer", "signer.pem",
            "-inkey", "key.pem", "-out", "reply",
        ]  # fmt: skip
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "reply").read_bytes()


def certificate(name, issuer_key, issuer, *, authority):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2020, 1, 1)).not_valid_after(datetime.datetime(2099, 1, 1))  # noqa: DTZ001 - X.509 times are UTC
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )  # fmt: skip
    if not authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return key, builder.sign(issuer_key or key, hashes.SHA256())


@contextmanager
def serving(authority):
    """Serves an authority on a free loopback port; gives its address."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self):
            reply = authority.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format, *args):
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/tsr"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
