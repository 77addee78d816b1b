"""The pages. Streamlit runs this file anew for each view."""

from typing import Final

import streamlit as st

from dashboard import entries, gaps, latency, markup, overview, reliability, runs, workers

_PAGES: Final = (
    ("Overview", overview.show),
    ("Latency", latency.show),
    ("Runs", runs.show),
    ("Entries", entries.show),
    ("Gaps", gaps.show),
    ("Reliability", reliability.show),
    ("Workers", workers.show),
)
PATHS: Final = ("/", *(f"/{title.lower()}" for title, _ in _PAGES))


def main() -> None:
    """Show the page that the address names."""
    st.set_page_config(page_title="shiploop", layout="wide")
    st.html(markup.STYLE)
    pages = [
        st.Page(show, title=title, url_path=title.lower(), default=not number)
        for number, (title, show) in enumerate(_PAGES)
    ]
    st.navigation(pages, position="top").run()


if __name__ == "__main__":
    main()
