"""How it looks by day and by night: the browser says which it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.formatting import Tone


@dataclass(frozen=True, slots=True)
class Shades:
    """The text and the ground of a badge, in the light and in the dark."""

    light_text: str
    light_ground: str
    dark_text: str
    dark_ground: str


# Each text has a contrast of at least 4.5 to its ground.
TONES: Final[Mapping[Tone, Shades]] = {
    "green": Shades("#146c3a", "#dcf5e5", "#6fdc9a", "#123423"),
    "orange": Shades("#8a4b00", "#fdeed6", "#ffbe6b", "#3a2a10"),
    "red": Shades("#b01e2d", "#fde3e5", "#ff9aa2", "#43191e"),
    "blue": Shades("#1d4ed8", "#e2ebfe", "#9cc1ff", "#17294a"),
    "gray": Shades("#4a5567", "#eceff4", "#b8c2d0", "#27303d"),
}

_SHARED: Final = {
    "baseRadius": "0.5rem",
    "metricValueFontSize": "1.75rem",
    "headingFontSizes": ["1.75rem", "1.25rem", "1.1rem"],
    "showWidgetBorder": True,
}
_LIGHT: Final = {
    "primaryColor": "#2563eb",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f3f5f8",
    "textColor": "#18212f",
    "borderColor": "#d8dee8",
    **{f"{tone}TextColor": shades.light_text for tone, shades in TONES.items()},
    **{f"{tone}BackgroundColor": shades.light_ground for tone, shades in TONES.items()},
}
_DARK: Final = {
    "primaryColor": "#6ea8fe",
    "backgroundColor": "#10151d",
    "secondaryBackgroundColor": "#1a212c",
    "textColor": "#e4e9f0",
    "borderColor": "#313b4a",
    **{f"{tone}TextColor": shades.dark_text for tone, shades in TONES.items()},
    **{f"{tone}BackgroundColor": shades.dark_ground for tone, shades in TONES.items()},
}

# As Streamlit's configuration names them.
THEME: Final = {f"theme.{name}": value for name, value in _SHARED.items()} | {
    f"theme.{scheme}.{name}": value
    for scheme, colours in (("light", _LIGHT), ("dark", _DARK))
    for name, value in colours.items()
}
