"""E-mail: does the server take us? No e-mail is sent."""

import ssl
from collections.abc import Iterator

from shiploop.channels import set_up_mail
from shiploop.cli.doctor.diagnosis import Finding, Health
from shiploop.errors import MailRefused, MailUnavailable
from shiploop.settings import Settings

_NAME = "e-mail"


def check_mail(settings: Settings) -> Iterator[Finding]:
    """Connect, encrypt and log in as for an e-mail, and leave again."""
    mail = set_up_mail(settings, ssl.create_default_context())
    if mail is None:
        what = "nobody is told of rollbacks and incidents by e-mail"
        advice = "Set SHIPLOOP_SMTP_URL, SHIPLOOP_MAIL_FROM and SHIPLOOP_MAIL_TO to have them told."
        yield Finding(_NAME, Health.NOT_CONFIGURED, what, advice)
        return
    try:
        mail.look()
    except MailRefused as error:
        advice = "Correct SHIPLOOP_SMTP_URL, SHIPLOOP_SMTP_USER and SHIPLOOP_SMTP_PASSWORD."
        yield Finding(_NAME, Health.BROKEN, str(error), advice)
    except MailUnavailable as error:
        advice = "Look at SHIPLOOP_SMTP_URL and the network."
        yield Finding(_NAME, Health.BROKEN, str(error), advice)
    else:
        yield Finding(_NAME, Health.OK, f"{settings.smtp_url} lets us in; nothing was sent")
