"""What the routes are given."""

from typing import Annotated, cast

from fastapi import Depends, Request

from shiploop.bootstrap import Services


def _services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


ServicesOf = Annotated[Services, Depends(_services)]
