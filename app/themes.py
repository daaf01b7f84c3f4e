"""tracetop's own themes, dark and light, for its own app. In a host's app the host's theme rules.

The hues are those of Okabe and Ito: blue, bluish green, yellow, vermillion, reddish purple. Success, warning and error
also differ in lightness, so that they stay apart without red and green, and in grey. `text-*` are for text, legible
also under the cursor; the plain ones are for bars and blocks. In sixteen colors each falls to one of its own kind, and
the cursor's row to the background.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="tracetop",
    dark=True,
    primary="#3474d4",
    secondary="#2b62a8",
    success="#36c493",
    warning="#e2b93e",
    error="#db5424",
    accent="#cc66b1",
    foreground="#d5dbe5",
    background="#0c0f14",
    surface="#12161d",
    panel="#171c25",
    variables={
        "text": "#e6eaf1",
        "text-muted": "#98a3b3",
        "text-disabled": "#7d8898",
        "text-primary": "#5ca2f2",
        "text-secondary": "#7fa8de",
        "text-success": "#84e6c4",
        "text-warning": "#e4bd46",
        "text-error": "#f27147",
        "text-accent": "#ea86c5",
        "border": "#cc66b1",
        "border-blurred": "#3b4554",
        "scrollbar": "#3b4554",
        "scrollbar-hover": "#566273",
        "scrollbar-active": "#cc66b1",
        "scrollbar-background": "#12161d",
        "scrollbar-background-hover": "#12161d",
        "scrollbar-background-active": "#12161d",
        "scrollbar-corner-color": "#12161d",
        "input-cursor-background": "#e6eaf1",
        "input-cursor-foreground": "#0c0f14",
        "input-selection-background": "#3474d4 40%",
        "block-cursor-background": "#27508c",
        "block-cursor-foreground": "#ffffff",
        "footer-key-foreground": "#ea86c5",
    },
)

LIGHT = Theme(
    name="tracetop-light",
    dark=False,
    primary="#0a5cc0",
    secondary="#3f78ad",
    success="#0c8f5c",
    warning="#b88a00",
    error="#a32000",
    accent="#9a2f80",
    foreground="#1f252e",
    background="#fdfcfa",
    surface="#f4f4f2",
    panel="#eceef1",
    variables={
        "text": "#1b2029",
        "text-muted": "#576170",
        "text-disabled": "#6d7684",
        "text-primary": "#1a5cc8",
        "text-secondary": "#32658f",
        "text-success": "#0a5a46",
        "text-warning": "#776200",
        "text-error": "#7c1800",
        "text-accent": "#9a2f80",
        "border": "#9a2f80",
        "border-blurred": "#b9c0ca",
        "scrollbar": "#b9c0ca",
        "scrollbar-hover": "#98a1ae",
        "scrollbar-active": "#9a2f80",
        "scrollbar-background": "#f4f4f2",
        "scrollbar-background-hover": "#f4f4f2",
        "scrollbar-background-active": "#f4f4f2",
        "scrollbar-corner-color": "#f4f4f2",
        "input-cursor-background": "#1b2029",
        "input-cursor-foreground": "#fdfcfa",
        "input-selection-background": "#0a5cc0 25%",
        "block-cursor-background": "#0a5cc0",
        "block-cursor-foreground": "#ffffff",
        "footer-key-foreground": "#9a2f80",
    },
)

THEMES = (DARK, LIGHT)
