"""No secrets at all, and no personal data that the documents do not give themselves."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Final

from shiploop.agents.faq.gate.refusal import Refusal
from shiploop.agents.faq.gate.text import fold

# A repetition has a bound where another one may begin within it: more than any answer has.

# The forms in which the issuers write them.
# https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
_SECRETS: Final = re.compile(
    r"gh[oprsu]_[A-Za-z0-9]{16}|github_pat_\w{20}|glpat-[\w-]{16}|\bsk-[\w-]{16}"
    r"|\b(?:AKIA|ASIA|AGPA|AROA|AIDA)[A-Z0-9]{12}|AIza[\w-]{30}|ya29\.[\w-]{16}|GOCSPX-[\w-]{16}"
    r"|xox[a-z]-[\w-]{10}|xapp-[\w-]{10}|hooks\.slack\.com/(?:services|workflows)/[\w/]{10}"
    r"|\b[rsp]k_(?:live|test)_\w{10}|whsec_\w{16}|\bhf_\w{16}|\bnpm_\w{16}|pypi-AgE[\w-]{16}"
    r"|SG\.[\w-]{16}\.[\w-]{16}|\bdop_v1_\w{16}|shp(?:at|ca|pa|ss)_\w{16}|\bpnu_\w{16}"
    r"|\bsq0[a-z]{3}-[\w-]{16}|\bkey-[0-9a-f]{32}|\bEAAC\w{20}|discord(?:app)?\.com/api/webhooks/\d"
    r"|\beyJ[\w-]{8,3000}\.[\w-]{8}|-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)"
    r"|://[^\s/@:]*:[^\s/@]+@|https?://[0-9a-f]{32}@|\bAGE-SECRET-KEY-|\bbearer\s+[\w.~+/-]{16}"
    r"|\b\d{8,10}:AA[\w-]{30}|\bAKC[A-Za-z0-9]{20}|\bA3T[A-Z0-9]{17}|\b(?:ABIA|ACCA)[A-Z0-9]{12}"
    r"|AccountKey=[\w+/=]{20}|\b[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27}|GR1348941[\w-]{16}"
    r"|gl(?:dt|ft|soat|rt|cbt|imt|ptt|agent)-[\w-]{16}|\b[0-9a-f]{32}-us\d{1,2}\b"
    r"|\b(?:AC|SK)[0-9a-f]{32}\b|_authToken\s*=\s*\S{8}|\blin_api_\w{16}|\bsntry[su]_[\w-]{16}"
    r"|\bdapi[0-9a-f]{32}|\bhvs\.[\w-]{16}|\bATATT3[\w-]{16}|\bghu_\w{16}|\bxai-\w{16}"
    r"|\bsk_\w{16}|\bAAAA[\w-]{7}:[\w-]{32}|\bfigd_[\w-]{16}|\bnfp_\w{16}|\bvercel_\w{16}",
    re.IGNORECASE,
)
_ASSIGNED: Final = re.compile(
    r"(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_ -]?key|access[_ -]?key|密碼|密码|口令"
    r"|パスワード)['\"`*]*\s*(?:[:=：＝]+(?![:=：＝])|\bis\b|是|は)\s*['\"`*]*(?!['\"`*])"
    r"(?P<value>(?=[^\s'\"`]{0,3000}\d)(?=[^\s'\"`]{0,3000}[A-Za-z])[^\s'\"`]{8,})",
    re.IGNORECASE,
)
_RUN: Final = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_LEAST_BITS: Final = 3.6  # per character: words and paths stay below, random letters do not
_LEAST_BITS_OF_HEX: Final = 2.8
_SHORTEST_HEX: Final = 32
_SHORTEST_RANDOM: Final = 20

_AT: Final = r"(?:@|\s*[\[({<]\s*at\s*[\])}>]\s*|\s+at\s+(?=[\w-]+\s*(?:[\[({]\s*dot|\bdot\b)))"
_DOT: Final = r"(?:\.|\s*[\[({<]\s*dot\s*[\])}>]\s*|\s+dot\s+)"
_EMAIL: Final = re.compile(
    rf"(?<![\w.+%'-])[\w.+%'-]+{_AT}(?:[\w-]+{_DOT})+[^\W\d_]{{2,}}|(?<![\w.+%-])[\w.+%-]+@(?:localhost|\[[\d.]+\])",
    re.IGNORECASE,
)
# Digits with what people put between them; not a part of a word, a version or an identifier.
_NUMBER: Final = re.compile(r"(?<![\w.:/#-])\+?\(?\d(?:[ ().\-/‐-―]{0,3}\d){7,22}(?![\w:/-])")
_DATE: Final = re.compile(r"(?:19|20)\d\d([-/.]?)(?:0\d|1[0-2])\1(?:[0-2]\d|3[01])")
_ADDRESS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_PERSON_NUMBER: Final = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_NATIONAL_ID: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z][12]\d{8}(?!\w)")  # Taiwan's
_IBAN: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Z0-9])")
_LONGEST_PHONE: Final = 15  # E.164
_SHORTEST_PHONE: Final = 9
_CARD_LENGTHS: Final = range(13, 20)
_IBAN_LENGTHS: Final = range(34, 14, -1)


def check_privacy(text: str, documents: str) -> Iterator[Refusal]:
    """Look for secrets anywhere, for personal data where the documents have none such."""
    text = _digits(fold(text))
    secrets, personal = frozenset(_secrets(text)), frozenset(_personal_data(text))
    issued = _SECRETS.search(text) is not None
    # The documents are long: they are read only where something is looked for in them.
    known = _digits(fold(documents)) if secrets or personal else ""
    if issued or any(each not in known for each in secrets):
        yield Refusal.CREDENTIAL
    compact = _compact(known) if personal else ""
    if any(_compact(each) not in compact for each in personal):
        yield Refusal.PERSONAL_DATA


def _secrets(text: str) -> Iterator[str]:
    """What is a secret unless the documents show it."""
    yield from (match["value"] for match in _ASSIGNED.finditer(text))
    # Half of the text may be a repetition without markup.
    yield from filter(_is_random, _RUN.findall(_UUID.sub(" ", text)))


def _is_random(run: str) -> bool:
    if _HEX.fullmatch(run):
        return len(run) >= _SHORTEST_HEX and _bits(run) >= _LEAST_BITS_OF_HEX
    for part in re.split(r"[/_=-]", run) if run.count("-") + run.count("/") > 1 else [run]:
        kinds = [any(map(kind, part)) for kind in (str.islower, str.isupper, str.isdigit)]
        mixed = sum(kinds) > 1 and any(map(str.isdigit, part))
        if mixed and len(part) >= _SHORTEST_RANDOM and _bits(part) >= _LEAST_BITS:
            return True
    return False


def _bits(run: str) -> float:
    """Shannon's entropy of the characters, in bits per character."""
    shares = [count / len(run) for count in Counter(run).values()]
    return -sum(share * math.log2(share) for share in shares)


def _personal_data(text: str) -> Iterator[str]:
    for pattern in (_EMAIL, _PERSON_NUMBER, _NATIONAL_ID):
        yield from (match[0] for match in pattern.finditer(text))
    yield from (match[0] for match in _NUMBER.finditer(text) if _is_personal(match[0]))
    yield from (match[0] for match in _IBAN.finditer(text) if _is_account(match[0]))


def _is_personal(number: str) -> bool:
    """True for what could be dialled or charged."""
    if _DATE.match(number) or _ADDRESS.fullmatch(number):
        return False
    digits = "".join(filter(str.isdigit, number))
    if len(digits) in _CARD_LENGTHS and _luhn(digits):
        return True
    written_as_phone = number[0] in "+(0" or not number.isdigit()
    return written_as_phone and _SHORTEST_PHONE <= len(digits) <= _LONGEST_PHONE


def _luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _is_account(text: str) -> bool:
    """ISO 13616: the check digits of an IBAN; the words after it may look as if they were of it."""
    compact = re.sub(r"[ -]", "", text)
    return any(_iban_holds(compact[:length]) for length in _IBAN_LENGTHS if length <= len(compact))


def _iban_holds(account: str) -> bool:
    turned = account[4:] + account[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _digits(text: str) -> str:
    """Write the digits of every script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)


def _compact(text: str) -> str:
    return re.sub(r"[^\w@.+]", "", text).casefold()
