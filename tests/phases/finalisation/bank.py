"""A bank that answers: statements and reports as a bank writes them, for tests and the tour alike."""

from collections.abc import Iterable
from dataclasses import dataclass

CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"


@dataclass(frozen=True)
class Booking:
    """One entry of a statement."""

    reference: str
    amount: str = "390.00"
    currency: str = "EUR"
    day: str = "2026-04-27"
    comes_back: str = ""
    status: str = "BOOK"
    direction: str = "DBIT"
    bank_reference: str = "BANK-1"

    def xml(self) -> str:
        direction = "CRDT" if self.comes_back else self.direction
        back = f"<RtrInf><Rsn><Cd>{self.comes_back}</Cd></Rsn></RtrInf>" if self.comes_back else ""
        reference = f"<EndToEndId>{self.reference}</EndToEndId>" if self.reference else ""
        return (
            f'<Ntry><Amt Ccy="{self.currency}">{self.amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
            f"<Sts><Cd>{self.status}</Cd></Sts><BookgDt><Dt>{self.day}</Dt></BookgDt>"
            f"<AcctSvcrRef>{self.bank_reference}</AcctSvcrRef><BkTxCd/>"
            f"<NtryDtls><TxDtls><Refs>{reference}</Refs>{back}</TxDtls></NtryDtls></Ntry>"
        )


def statement(*bookings: Booking, account: str = "ES9121000418450200051332", message: str = "S-1") -> bytes:
    """Write a camt.053 of one account."""
    entries = "".join(one.xml() for one in bookings)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{CAMT}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{message}</MsgId><CreDtTm>2026-04-27T18:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>1</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>{entries}</Stmt>"
        f"</BkToCstmrStmt></Document>"
    ).encode()


def together(references: Iterable[str], *, each: str = "390.00", total: str) -> bytes:
    """Write a camt.053 that books several transfers as one sum."""
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>"
        f'<AmtDtls><TxAmt><Amt Ccy="EUR">{each}</Amt></TxAmt></AmtDtls></TxDtls>'
        for reference in references
    )
    entry = (
        f'<Ntry><Amt Ccy="EUR">{total}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>2026-04-27</Dt></BookgDt><NtryDtls>{details}</NtryDtls></Ntry>"
    )
    return statement().replace(b"</Stmt>", f"{entry}</Stmt>".encode())


def report(*orders: tuple[str, str, str]) -> bytes:
    """Write a pain.002: reference, status and reason of each transfer."""
    transactions = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        for reference, status, reason in orders
    )
    return _report("<OrgnlMsgId>CX-1-1</OrgnlMsgId>", transactions)


def refusal(message: str) -> bytes:
    """Write a pain.002 that refuses a whole file."""
    return _report(f"<OrgnlMsgId>{message}</OrgnlMsgId><GrpSts>RJCT</GrpSts>", "")


def _report(group: str, transactions: str) -> bytes:
    body = f"<OrgnlPmtInfAndSts>{transactions}</OrgnlPmtInfAndSts>" if transactions else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{PAIN}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>R-1</MsgId><CreDtTm>2026-04-27T18:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts>{group}</OrgnlGrpInfAndSts>{body}</CstmrPmtStsRpt></Document>"
    ).encode()
