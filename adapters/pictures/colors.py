"""The colours of a picture: one for each stage, in the reader's choice of light or dark."""

from colorsys import hls_to_rgb
from typing import Final

HUES: Final = {
    "capture": 205,
    "response": 165,
    "nurture": 95,
    "re_engage": 40,
    "convert": 275,
    "retain": 330,
    "as_is": 225,
}


def class_of(lane: str) -> str:
    """The class of what belongs to a lane, or leads to it."""
    return f"s-{lane}" if lane in HUES else "plain"


def _color(hue: int, lightness: float, saturation: float) -> str:
    rgb = hls_to_rgb(hue / 360, lightness, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)


def _of_a_stage(name: str, hue: int, dark: bool) -> str:
    band, pill, line = (0.13, 0.27, 0.66) if dark else (0.965, 0.87, 0.36)
    rich = 0.25 if dark else 0.6
    return (
        f".band.s-{name},.gap.s-{name}{{fill:{_color(hue, band, rich)}}}"
        f".band.s-{name}{{stroke:{_color(hue, pill, rich)}}}"
        f".box.s-{name}{{fill:{_color(hue, pill, rich)};stroke:{_color(hue, line, 0.5)}}}"
        f".lane.s-{name},.entry.s-{name},.way-head.s-{name}{{fill:{_color(hue, line, 0.6)}}}"
        f".way.s-{name}{{stroke:{_color(hue, line, 0.6)}}}"
    )


def _palette(paper: str, ink: str, soft: str, box: str, band: str, dark: bool) -> str:
    """The colours of one of the two choices; plain classes and no variables, which some viewers do not know."""
    return (
        f".paper{{fill:{paper}}}text{{fill:{ink}}}.small,.wait,.nothing{{fill:{soft}}}"
        f".band,.gap{{fill:{band}}}.band{{stroke:{soft}}}.box{{fill:{box};stroke:{soft}}}.box.nothing{{fill:none}}"
        f".line,.way{{fill:none;stroke:{soft};stroke-width:1.4}}.head,.way-head,.lane{{fill:{soft}}}"
        f".box.finish{{fill:{soft};stroke:{soft}}}.words.finish{{fill:{paper}}}.box.hand_over{{stroke:{ink}}}"
        + "".join(_of_a_stage(name, hue, dark) for name, hue in HUES.items())
    )


LIGHT: Final = _palette("#ffffff", "#1c2024", "#5c656e", "#ffffff", "#f5f6f7", False)
DARK: Final = _palette("#15181b", "#e8eaec", "#a0a9b2", "#23282d", "#1b1f23", True)
STYLE: Final = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;font-size:13px}"
    ".words{text-anchor:middle}.small,.wait,.if{font-size:12px}.if{font-style:italic}.name{font-size:20px;font-weight:600}"
    ".lane{font-size:16px;font-weight:600}"
    ".box.reaction,.box.nothing{stroke-dasharray:4 3}.box.call,.box.task{stroke-width:2}"
    f"{LIGHT}@media (prefers-color-scheme:dark){{{DARK}}}"
)
