"""A GitHub App proves who it is with a JSON web token that its private key signed.

Source: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
"""

import dataclasses
from datetime import timedelta

import jwt

from sandbox.github.refusals import Reason, RefusedError

INSTALLATION_ID = 1
_LONGEST_LIFE = timedelta(minutes=10)
# GitHub lets the clocks differ by about as much as it advises to antedate `iat`.
_LEEWAY = timedelta(seconds=60)


@dataclasses.dataclass(frozen=True, slots=True)
class AppKey:
    """The App's id and its public key (PEM)."""

    app_id: int
    public_key: str

    def verify(self, token: str) -> None:
        """Raise RefusedError (401) unless the App itself made this token."""
        try:
            claims = jwt.decode(
                token,
                self.public_key,
                algorithms=["RS256"],
                leeway=_LEEWAY,
                options={"require": ["exp", "iat", "iss"], "verify_iss": False},
            )
        except jwt.InvalidTokenError as error:
            raise _undecodable() from error
        if str(claims["iss"]) != str(self.app_id):
            raise _undecodable()
        if claims["exp"] - claims["iat"] > (_LONGEST_LIFE + _LEEWAY).total_seconds():
            message = "'Expiration time' claim ('exp') is too far in the future"
            raise RefusedError(Reason.UNAUTHORIZED, message)


def _undecodable() -> RefusedError:
    return RefusedError(Reason.UNAUTHORIZED, "A JSON web token could not be decoded")
