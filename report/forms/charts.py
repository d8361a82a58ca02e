"""Charts that survive a black-and-white printer: hatched bars with their numbers beside them, as SVG and as PNG.

The same rows give the same bytes: no clock, no random id, and the fonts that come with matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer

WIDTH_MM = 165.0
"""Between the margins of the decree."""

_ROW_MM, _FRAME_MM, _UPRIGHT_MM = 6.2, 8.0, 66.0
_DPI = 200
_MM = 1 / 25.4
_HATCHES = ("////", "----", "xxxx", "\\\\\\\\", "||||", "++++")
"""Lines only: dots make an SVG of a quarter of a megabyte."""
_LONGEST_LABEL = 42
_ROOM = 1.25
"""The axis goes on behind the longest bar, so that its number has room."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One bar."""

    label: str
    value: int
    shown: str
    """What is printed at its end: the number, as the text has it."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawing in both forms, each drawn when it is first asked for."""

    name: str
    draw: Callable[[Axes], None]
    """Puts the bars on the axes."""
    width_mm: float
    height_mm: float

    @cached_property
    def svg(self) -> str:
        """An `<svg>` element to stand in a page; glyphs are outlines, so every machine draws it alike."""
        return _element(_drawn(self, "svg").decode())

    @cached_property
    def png(self) -> bytes:
        """The same for a Word file."""
        return _drawn(self, "png")


def across(name: str, bars: Sequence[Bar], *, hatched: bool = False) -> Chart:
    """Bars lying, one below the other, the first on top; `hatched` gives each a pattern of its own."""
    height = _FRAME_MM + _ROW_MM * max(1, len(bars))

    def draw(axes: Axes) -> None:
        places = range(len(bars))
        drawn = axes.barh(places, [bar.value for bar in bars], height=0.72, **_LOOK)
        axes.set_yticks(places, [_short(bar.label) for bar in bars])
        axes.invert_yaxis()
        axes.set_xlim(0, _end(bars))
        axes.set_xticks([])
        axes.bar_label(drawn, [_literal(bar.shown) for bar in bars], padding=2.5)
        _pattern(drawn, hatched=hatched)

    return _chart(name, draw, height)


def upright(name: str, bars: Sequence[Bar]) -> Chart:
    """Bars standing side by side, the first on the left."""

    def draw(axes: Axes) -> None:
        places = range(len(bars))
        drawn = axes.bar(places, [bar.value for bar in bars], width=0.72, **_LOOK)
        axes.set_xticks(places, [_literal(bar.label) for bar in bars], rotation=90 if len(bars) > 10 else 0)  # noqa: PLR2004
        axes.set_ylim(0, _end(bars))
        axes.set_yticks([])
        small = 6.5 if len(bars) > 20 else 9  # noqa: PLR2004 (a month: 31 numbers side by side)
        axes.bar_label(drawn, [_literal(bar.shown) for bar in bars], padding=2, fontsize=small)
        _pattern(drawn, hatched=False)

    return _chart(name, draw, _UPRIGHT_MM)


_UNSAID: Mapping[str, Mapping[str, None]] = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "png": {"Software": None},
}
"""Metadata that would differ from one machine to another."""
_LOOK: Mapping[str, Any] = {"facecolor": "white", "edgecolor": "black", "linewidth": 0.8}


def _pattern(drawn: BarContainer, *, hatched: bool) -> None:
    for at, patch in enumerate(drawn):
        patch.set_hatch(_HATCHES[at % len(_HATCHES)] if hatched else _HATCHES[0])


def _end(bars: Sequence[Bar]) -> float:
    return max((bar.value for bar in bars), default=0) * _ROOM or 1.0


def _short(label: str) -> str:
    cut = label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1].rstrip()}…"
    return _literal(cut)


def _literal(text: str) -> str:
    """`text` without what matplotlib would take for mathematics."""
    return text.replace("\\", "\\\\").replace("$", r"\$")


def _chart(name: str, draw: Callable[[Axes], None], height_mm: float) -> Chart:
    return Chart(name=name, draw=draw, width_mm=WIDTH_MM, height_mm=height_mm)


def _drawn(chart: Chart, kind: Literal["svg", "png"]) -> bytes:
    """Each form on a figure of its own: what was drawn before cannot move anything. Loads matplotlib, no screen."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    look: Any = {
        "font.family": "DejaVu Sans", "font.size": 9, "hatch.linewidth": 0.5, "svg.hashsalt": f"chart {chart.name}",
        "svg.fonttype": "path", "axes.spines.top": False, "axes.spines.right": False, "path.simplify": False,
        "hatch.color": "black",
    }  # fmt: skip
    stream = BytesIO()
    with mpl.rc_context(look):
        size = (chart.width_mm * _MM, chart.height_mm * _MM)
        figure = Figure(figsize=size, layout="constrained", facecolor="white")
        chart.draw(figure.add_subplot())
        (FigureCanvasSVG if kind == "svg" else FigureCanvasAgg)(figure)
        figure.savefig(stream, format=kind, metadata=dict(_UNSAID[kind]), dpi=_DPI)
    return stream.getvalue()


def _element(svg: str) -> str:
    """The element without prologue, ready to stand in a page."""
    return svg[svg.index("<svg") :].strip()
