"""A mail server for tests: it speaks SMTP on loopback and refuses the addresses that it is told to refuse."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Conversation(socketserver.StreamRequestHandler):
    """Takes mails of one connection, each for one recipient."""

    server: "MailServer"

    def handle(self) -> None:
        self.say("220 mail.example")
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            match line.upper().split(" ")[0].split(":")[0]:
                case "RCPT":
                    recipient = line.partition("<")[2].partition(">")[0]
                    self.say(self.server.refused.get(recipient, "250 OK"))
                case "DATA":
                    self.say("354 go on")
                    while self.rfile.readline() != b".\r\n":
                        pass
                    self.server.taken.append(recipient)
                    self.say("250 taken")
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 OK")

    def say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Holds its answer to each address that it does not take, and to whom it has taken mail."""

    daemon_threads = True

    def __init__(self, refused: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.refused, self.taken = dict(refused), list[str]()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


@contextmanager
def listening(refused: Mapping[str, str]) -> Iterator[MailServer]:
    """Let a mail server listen that refuses what is given."""
    with MailServer(refused) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def port_of_silence() -> int:
    """Give a port at which nothing listens."""
    with MailServer({}) as server:
        return server.port
