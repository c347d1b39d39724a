"""Mails as they land in a mailbox of returns: reports of delivery status, and all that is none."""

from email.message import EmailMessage

DOMAIN, OWN_DOMAIN = "retours.exemple.fr", "reseau.exemple.fr"
KEY = "abcdefghijklmnopqrstuvwxyz"
ADDRESSEE = "famille@exemple.fr"


def report(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    to: str | None = f"bounce+{KEY}@{DOMAIN}",
    about: str | None = KEY,
    full: bool = True,
    recipients: int = 1,
    report_type: str = "delivery-status",
) -> bytes:
    """Write a report as RFC 3464 has it: a text, the status, and what is returned."""
    head = (f"To: {to}",) if to is not None else ()
    lines = (
        "From: Mail Delivery <mailer-daemon@mx.exemple.fr>",
        *head,
        "Subject: Undelivered Mail",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={report_type}; boundary="edge"',
        "",
        "--edge",
        "Content-Type: text/plain",
        "",
        f"I could not deliver to {ADDRESSEE}.",
        "--edge",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.exemple.fr",
        *(line for _ in range(recipients) for line in _recipient(action, status)),
        "",
        *(_returned(about, full=full) if about is not None else ()),
        "--edge--",
        "",
    )
    return "\r\n".join(lines).encode()


def _recipient(action: str, status: str) -> tuple[str, ...]:
    return (
        "",
        f"Final-Recipient: rfc822; {ADDRESSEE}",
        f"Action: {action}",
        f"Status: {status}",
        "Diagnostic-Code: smtp; 550 no such user",
    )


def _returned(about: str, *, full: bool) -> tuple[str, ...]:
    kind = "message/rfc822" if full else "text/rfc822-headers"
    return (
        "--edge",
        f"Content-Type: {kind}",
        "",
        f"Message-ID: <{about}@{OWN_DOMAIN}>",
        f"To: {ADDRESSEE}",
        "Subject: Votre rendez-vous",
        "",
        "Bonjour",
    )


def holiday_reply() -> bytes:
    """Write what a mailbox answers by itself while its owner is away."""
    mail = EmailMessage()
    mail["From"] = ADDRESSEE
    mail["To"] = f"bounce+{KEY}@{DOMAIN}"
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content("Je suis absente. Status: 5.1.1 Action: failed")
    return mail.as_bytes()
