"""Delivery to real servers on loopback: a mail server and a web hook in threads, a folder on disk."""

import base64
import json
import logging
import socketserver
import threading
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer

import msgspec
import pytest

from config.model import Channel, Delivery, Settings
from report.signable import daily
from report.signing.approve import ApprovalError, approve, send
from report.signing.channels import problem
from report.signing.deliver import deliver
from storage.report_records import Delivery as DeliveryRow

THURSDAY = date(2026, 9, 10)
SECRET = "sesame-open-7731"


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks enough SMTP to be sent to; `script` are answers to give instead, by command, one each time."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), MailHandler)
        self.mails, self.script, self.calls, self.logins = [], {}, 0, []


class MailHandler(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.server.calls += 1
        self.say("220 here")
        while line := self.rfile.readline():
            word = line.split()[0].upper().decode()
            answers = self.server.script.get(word, [])
            answer = answers.pop(0) if answers else None
            if answer == "hang up":
                return
            if word == "DATA" and not answer:
                if not self.take():
                    return
            elif word == "QUIT":
                self.say("221 bye")
                return
            elif word == "EHLO":
                self.wfile.write(b"250-here\r\n250 AUTH PLAIN\r\n")
            elif word == "AUTH":
                self.server.logins.append(base64.b64decode(line.split()[2]).decode())
                self.say("235 welcome")
            else:
                self.say(answer or "250 done")

    def take(self):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.mails.append(b"".join(lines))
        answers = self.server.script.get("end", [])
        answer = answers.pop(0) if answers else "250 taken"
        if answer == "hang up":
            return False
        self.say(answer)
        return True


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        codes = self.server.codes
        self.send_response(codes.pop(0) if codes else 200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def mail_server():
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def hook():
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        server.bodies, server.codes = [], []
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def mail(server, **changes):
    made = Channel(
        name="leaders", kind="mail", host="127.0.0.1", port=server.server_address[1], security="none",
        sender="Điểm báo <diembao@office.example>", to=("a@office.example", "b@office.example"),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


@pytest.fixture
def chat(hook, monkeypatch):
    monkeypatch.setenv("DIEMBAO_CHAT", f"json://user:{SECRET}@127.0.0.1:{hook.server_address[1]}/room")
    return Channel(name="room", kind="chat", secret="env:DIEMBAO_CHAT")


def settings(*channels, attempts=3):
    return Settings(delivery=Delivery(channels=channels, attempts=attempts, timeout_seconds=5))


@pytest.fixture
def signed(full):
    """Thursday's sheet, approved."""
    approve(full.store, full.reports, daily(THURSDAY), who="an", now=full.now)
    return full


def run(morning, rules, **options):
    waits = []
    found = deliver(morning.store, rules, daily(THURSDAY), now=morning.now, sleep=waits.append, **options)
    return [result.state for result in found], waits


def test_a_sheet_that_nobody_has_approved_goes_nowhere(full, mail_server):
    with pytest.raises(ApprovalError, match="nobody has approved"):
        run(full, settings(mail(mail_server)))
    assert mail_server.calls == 0


def test_the_mail_carries_the_signed_bytes(signed, mail_server):
    assert run(signed, settings(mail(mail_server))) == (["delivered"], [])
    (content,) = mail_server.mails
    message = message_from_bytes(content, policy=default)
    attached = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    signed_files = signed.store.report_files("daily-2026-09-10", "approved")
    assert attached == {file.name: file.content for file in signed_files}
    assert message["To"] == "a@office.example, b@office.example"
    assert "ngày 10 tháng 9 năm 2026" in message["Subject"]


def test_it_never_goes_twice(signed, mail_server, chat, hook, tmp_path):
    folder = Channel(name="share", kind="folder", folder=str(tmp_path / "share"))
    rules = settings(mail(mail_server), chat, folder)
    assert run(signed, rules)[0] == ["delivered"] * 3
    assert run(signed, rules)[0] == ["already"] * 3
    assert (len(mail_server.mails), len(hook.bodies)) == (1, 1)
    assert (tmp_path / "share/2026-09-10/diem-bao-2026-09-10.html").is_file()
    assert run(signed, rules, again={"leaders"})[0] == ["delivered", "already", "already"]
    assert len(mail_server.mails) == 2


def test_what_may_pass_is_tried_again_with_growing_waits(signed, mail_server):
    mail_server.script = {"MAIL": ["451 later", "421 busy"]}
    assert run(signed, settings(mail(mail_server))) == (["delivered"], [2.0, 4.0])
    assert len(mail_server.mails) == 1
    (row,) = signed.store.deliveries("daily-2026-09-10")
    assert (row.state, row.attempts) == ("delivered", 3)


def test_what_will_not_pass_is_tried_once(signed, mail_server):
    mail_server.script = {"MAIL": ["550 no"]}
    assert run(signed, settings(mail(mail_server))) == (["failed"], [])
    assert run(signed, settings(mail(mail_server)))[0] == ["delivered"], "a later call tries what failed"


def test_the_tries_have_an_end_and_one_failure_stops_no_other(signed, mail_server, chat, hook):
    hook.codes = [500, 503, 500]
    states, waits = run(signed, settings(chat, mail(mail_server)))
    assert (states, waits) == (["failed", "delivered"], [2.0, 4.0])


def test_no_server_at_all_is_a_failure_that_says_so(signed, mail_server):
    closed = mail(mail_server, port=1)
    assert run(signed, settings(closed, attempts=2)) == (["failed"], [2.0])


def test_a_connection_that_breaks_at_the_end_is_not_repeated_by_itself(signed, mail_server):
    mail_server.script = {"end": ["hang up"]}
    rules = settings(mail(mail_server))
    assert run(signed, rules) == (["unclear"], [])
    assert run(signed, rules)[0] == ["unclear"]
    assert len(mail_server.mails) == 1
    signed.now += timedelta(hours=1)
    assert run(signed, rules, again={"leaders"})[0] == ["delivered"]
    first, second = (message_from_bytes(each)["Message-ID"] for each in mail_server.mails)
    assert first == second, "a reader that has both shows one"


def test_a_delivery_that_was_killed_is_not_repeated_by_itself(signed, mail_server):
    rules = settings(mail(mail_server))
    run(signed, rules)
    (row,) = signed.store.deliveries("daily-2026-09-10")
    signed.store.save_delivery("daily-2026-09-10", replace(row, state="sending"))
    assert run(signed, rules)[0] == ["unclear"]


def test_of_two_at_once_only_one_begins(signed):
    row = DeliveryRow(channel="x", sha256="0", state="sending", attempts=0, last_at=signed.now)
    assert signed.store.claim_delivery("daily-2026-09-10", row) is None
    assert signed.store.claim_delivery("daily-2026-09-10", row) == row


def test_one_receiver_refused_is_told_without_the_address(signed, mail_server):
    mail_server.script = {"RCPT": ["550 unknown"]}
    assert run(signed, settings(mail(mail_server)))[0] == ["delivered"]
    (row,) = signed.store.deliveries("daily-2026-09-10")
    assert row.detail == "1 of 2 receivers"


def test_a_dry_run_sends_and_notes_nothing(signed, mail_server, chat, hook):
    assert run(signed, settings(mail(mail_server), chat), dry_run=True)[0] == ["would", "would"]
    assert mail_server.calls == len(hook.bodies) == 0
    assert signed.store.deliveries("daily-2026-09-10") == []


def test_secrets_are_neither_logged_nor_kept(signed, mail_server, hook, chat, monkeypatch, caplog, capfd):
    monkeypatch.setenv("DIEMBAO_MAIL", SECRET)
    hook.codes = [500, 403, 500]
    caplog.set_level(logging.DEBUG)
    rules = settings(mail(mail_server, user="an", secret="env:DIEMBAO_MAIL"), chat)
    found = deliver(signed.store, rules, daily(THURSDAY), now=signed.now, sleep=lambda _: None)
    assert mail_server.logins == [f"\0an\0{SECRET}"]
    told = "".join((caplog.text, *capfd.readouterr(), *map(str, found)))
    told += str(signed.store.deliveries("daily-2026-09-10"))
    assert SECRET not in told
    assert "office.example" not in told


def test_a_chat_gets_the_title_and_the_files(signed, chat, hook):
    run(signed, settings(chat))
    (body,) = hook.bodies
    assert "ngày 10 tháng 9 năm 2026" in body["title"]
    assert "diem-bao-2026-09-10.html" in {each["filename"] for each in body["attachments"]}


def test_words_of_ours_do_not_go_with_an_edited_document(full, mail_server, tmp_path):
    full.sheet(THURSDAY, formats=("html", "json", "docx", "eml"))
    edited = tmp_path / "edited.docx"
    edited.write_bytes(b"edited")
    approve(full.store, full.reports, daily(THURSDAY), who="an", now=full.now, edited=edited)
    run(full, settings(mail(mail_server)))
    message = message_from_bytes(mail_server.mails[0], policy=default)
    assert "tin, bài" not in message["Subject"]
    assert "diem-bao-2026-09-10.eml" not in {part.get_filename() for part in message.iter_attachments()}


def test_the_signed_mail_is_what_is_sent(full, mail_server):
    full.sheet(THURSDAY, formats=("html", "json", "eml"))
    approve(full.store, full.reports, daily(THURSDAY), who="an", now=full.now)
    send(full.store, full.reports, daily(THURSDAY), who="an", now=full.now)
    run(full, settings(mail(mail_server)))
    message = message_from_bytes(mail_server.mails[0], policy=default)
    assert message["Subject"] == "Điểm báo ngày 10/9/2026: 03 tin, bài; 01 vụ việc cần phản hồi"
    assert "Tình trạng nguồn tin" in message.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"kind": "mail"}, "host is empty"),
        ({"kind": "folder", "folder": "here"}, "absolute"),
        ({"kind": "mail", "host": "mail.example", "sender": "a@b", "to": ("c@d",), "security": "none"}, "security"),
        ({"kind": "mail", "host": "m", "sender": "a@b\nBcc: x@y", "to": ("c@d",)}, "line break"),
        ({"kind": "chat", "secret": "env:NOT_THERE"}, "secret"),
        ({"kind": "mail", "host": "m", "sender": "a@b", "to": ("c@d",), "user": "u"}, "without a secret"),
    ],
)
def test_a_mistake_in_the_settings_names_channel_and_key(changes, word):
    told = problem(Channel(name="here", **changes))
    assert told.startswith("channel here: ")
    assert word in told


def test_a_right_channel_has_no_problem(tmp_path):
    (tmp_path / "secret").write_text("json://127.0.0.1")
    assert problem(Channel(name="x", kind="chat", secret=f"file:{tmp_path}/secret")) is None
