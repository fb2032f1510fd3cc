"""A mail server's handler: refuses one address once, hangs up on another after taking its mail."""

from aiosmtpd.handlers import Mailbox


class Postman(Mailbox):
    refused = set()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("accounts@ma3.") and address not in self.refused:
            self.refused.add(address)
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        if envelope.rcpt_tos[0].startswith("accounts@ma5."):
            server.transport.close()
        return answer
