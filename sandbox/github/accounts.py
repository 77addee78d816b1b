"""People, bots and organizations, and what their tokens may do."""

import dataclasses
import enum
import secrets
from datetime import UTC, datetime, timedelta
from typing import Literal

_INSTALLATION_TOKEN_LIFETIME = timedelta(hours=1)


class Access(enum.IntEnum):
    """Rights on a repository; each includes the ones below it."""

    READ = 1
    WRITE = 2
    ADMIN = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """Somebody who acts on GitHub."""

    id: int
    login: str
    kind: Literal["User", "Bot", "Organization"] = "User"
    access: Access = Access.READ

    @property
    def email(self) -> str:
        """The address that GitHub puts on commits made through its API.

        Source: https://docs.github.com/en/account-and-profile/reference/email-addresses-reference
        """
        return f"{self.id}+{self.login}@users.noreply.github.com"


@dataclasses.dataclass(frozen=True, slots=True)
class InstallationToken:
    """A token of a GitHub App's installation; valid for an hour."""

    token: str
    expires_at: datetime


class Accounts:
    """Who exists, and whose token is whose."""

    def __init__(self, tokens: str) -> None:
        """Read `token:login[:read|write|admin]`, comma-separated; write is the default."""
        self._by_login: dict[str, Account] = {}
        self._by_token: dict[str, Account] = {}
        self._expires_at: dict[str, datetime] = {}
        for entry in filter(None, (part.strip() for part in tokens.split(","))):
            token, login, *access = entry.split(":")
            self._by_token[token] = self.add(login, access=Access[(access or ["write"])[0].upper()])

    def add(
        self,
        login: str,
        kind: Literal["User", "Bot", "Organization"] = "User",
        access: Access = Access.READ,
    ) -> Account:
        """Return the account of that login, made now when it is new."""
        if login not in self._by_login:
            number = 1000 + len(self._by_login)
            self._by_login[login] = Account(number, login, kind, access)
        return self._by_login[login]

    def find(self, login: str) -> Account | None:
        """Return the account of that login."""
        return self._by_login.get(login)

    def with_tokens(self) -> tuple[Account, ...]:
        """Return those who can call the API, which is whom the repositories have let in."""
        return tuple(dict.fromkeys(self._by_token.values()))

    def bots(self) -> tuple[Account, ...]:
        """The accounts that act for apps."""
        return tuple(each for each in self._by_login.values() if each.kind == "Bot")

    def install_app(self, slug: str) -> str:
        """Let another app write to the repositories; returns its token, which does not expire."""
        token = f"ghs_{secrets.token_hex(18)}"
        self._by_token[token] = self.add(f"{slug}[bot]", "Bot", Access.WRITE)
        return token

    def let_in(self, login: str, access: Access) -> str:
        """Let a person use the API; returns their token, which does not expire."""
        token = f"ghp_{secrets.token_hex(18)}"
        self._by_token[token] = self.add(login, access=access)
        return token

    def app_bot(self) -> Account:
        """The account that acts for the GitHub App."""
        return self.add("shiploop[bot]", "Bot", Access.WRITE)

    def of_token(self, token: str, now: datetime) -> Account | None:
        """Return whose token it is; None when it is unknown or has expired."""
        if (expires_at := self._expires_at.get(token)) is not None and expires_at <= now:
            return None
        return self._by_token.get(token)

    def issue_installation_token(self, account: Account) -> InstallationToken:
        """Make a new token for an App's bot account."""
        token = f"ghs_{secrets.token_hex(18)}"
        expires_at = datetime.now(UTC).replace(microsecond=0) + _INSTALLATION_TOKEN_LIFETIME
        self._by_token[token] = account
        self._expires_at[token] = expires_at
        return InstallationToken(token, expires_at)

    def revoke(self, token: str) -> None:
        """Forget a token that was issued."""
        self._by_token.pop(token, None)
        self._expires_at.pop(token, None)
