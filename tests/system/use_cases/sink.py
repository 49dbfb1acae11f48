#!/usr/bin/python3 -ES
"""Takes mails (sink.py mail FILE: SMTP on 127.0.0.1:25) or syslog lines (sink.py syslog SOCKET FILE) and writes them down, one a
line: a mail as "SUBJECT | first line of its body"."""
import os
import socket
import socketserver
import sys


class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 sink")
        for raw in self.rfile:
            word = raw[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                self.take()
            elif word == b"QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def take(self):
        subject, body, in_body = "", "", False
        for raw in self.rfile:
            line = raw.decode(errors="replace").rstrip("\r\n")
            if line == ".":
                break
            if line.lower().startswith("subject:") and not in_body:
                subject = line[8:].strip()
            elif not line:
                in_body = True
            elif in_body and not body:
                body = line
        with open(sys.argv[2], "a") as file:
            file.write(f"{subject} | {body}\n")


def syslog(path, to):
    if os.path.exists(path):
        os.unlink(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(path)
    os.chmod(path, 0o666)
    while True:
        line = listening.recv(65536).decode(errors="replace")
        with open(to, "a") as file:
            file.write(line.rstrip("\n") + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "mail":
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        socketserver.ThreadingTCPServer(("127.0.0.1", 25), Mail).serve_forever()
    syslog(sys.argv[2], sys.argv[3])
