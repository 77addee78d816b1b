"""Serves an app whose only loop ends, as uvicorn serves ours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from api.background import start_loop

REASON = "this loop was ended"


async def end() -> None:
    raise OSError(REASON)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    task = start_loop("the loop", end())
    yield
    task.cancel()


if __name__ == "__main__":
    uvicorn.run(FastAPI(lifespan=lifespan), port=0, log_config=None)
