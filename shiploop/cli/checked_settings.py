"""The settings as a command needs them: what is wrong with them is a sentence."""

import click
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shiploop.settings import Settings, variable_of


def checked_settings() -> Settings:
    """Read the environment. Raises click.ClickException, which names each wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        raise click.ClickException("; ".join(map(_wrong, error.errors()))) from error


def _wrong(error: ErrorDetails) -> str:
    told = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return told  # what is wrong with several together names them
    # A field is told by its alias, which is its variable, or by its own name.
    name = str(error["loc"][0])
    return f"{variable_of(name) if name in Settings.model_fields else name}: {told}"
