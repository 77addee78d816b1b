"""Why GitHub refuses: one error for REST's status and GraphQL's `errors[].type`."""

import enum


class Reason(enum.Enum):
    """(REST status, GraphQL type) of each kind of refusal.

    Source: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
    """

    BAD_REQUEST = (400, "BAD_REQUEST")
    UNAUTHORIZED = (401, "UNAUTHORIZED")
    FORBIDDEN = (403, "FORBIDDEN")
    NOT_FOUND = (404, "NOT_FOUND")
    NOT_MERGEABLE = (405, "UNPROCESSABLE")
    CONFLICT = (409, "UNPROCESSABLE")
    STALE_DATA = (409, "STALE_DATA")
    GONE = (410, "UNPROCESSABLE")
    UNSUPPORTED_MEDIA_TYPE = (415, "UNPROCESSABLE")
    UNPROCESSABLE = (422, "UNPROCESSABLE")
    EXCESSIVE_PAGINATION = (422, "EXCESSIVE_PAGINATION")
    INVALID_CURSOR = (422, "INVALID_CURSOR_ARGUMENTS")
    MISSING_PAGINATION_BOUNDARIES = (422, "MISSING_PAGINATION_BOUNDARIES")
    SERVER_ERROR = (500, "INTERNAL")
    NOT_MODELLED = (501, "NOT_MODELLED")

    @property
    def status(self) -> int:
        """The status of the REST answer."""
        return self.value[0]

    @property
    def graphql_type(self) -> str:
        """The `type` of the GraphQL error."""
        return self.value[1]


class RefusedError(Exception):
    """A request that GitHub understood and turned down.

    `errors` is the list of REST's "Validation Failed" answers.
    """

    def __init__(
        self, reason: Reason, message: str, errors: tuple[dict[str, str], ...] = ()
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.errors = errors
