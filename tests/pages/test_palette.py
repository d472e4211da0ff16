"""The colours of the states: readable (WCAG contrast), and told apart also by people who are colour blind.

Distances are OKLab ones, times 100, under the simulations of Machado, Oliveira and Fernandes (2009) at full severity; 2 is the smallest
difference most people see side by side, 4.1 is what a plain traffic light's green and red come to in deuteranopia. What is always drawn
hatched or dashed (no data, cannot judge) may come closer, because the drawing tells it apart without any colour.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

TOKENS = (Path(__file__).parents[2] / "assets" / "00-tokens.css").read_text()
STATES = ("ok", "late", "failed", "overdue", "inconsistent", "unjudged", "nodata")
SIMULATIONS = {
    "normal": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]]
)
TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]]
)


def tokens(scheme: str) -> dict[str, str]:
    """The colours of one scheme by name."""
    light, dark = TOKENS.split('[data-mantine-color-scheme="dark"]')
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9A-F]{6})", {"light": light, "dark": dark}[scheme]))


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's ratio."""
    bright, dark = sorted((float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour)) for colour in (one, other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def lab(colour: str, simulation: str) -> np.ndarray:
    return TO_LAB @ np.cbrt(TO_LMS @ np.clip(SIMULATIONS[simulation] @ linear(colour), 0, 1))


def distance(one: str, other: str) -> float:
    """The smallest under any kind of sight."""
    return min(float(np.linalg.norm(lab(one, name) - lab(other, name))) * 100 for name in SIMULATIONS)


def test_the_measure_finds_the_plain_traffic_light_wanting():
    assert round(distance("#2E9E44", "#D93025"), 1) == 4.1
    assert round(contrast("#000000", "#FFFFFF"), 1) == 21.0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_of_any_two_states_are_told_apart_by_everybody(scheme):
    colours = tokens(scheme)
    close = {
        (one, other): round(distance(colours[one], colours[other]), 1)
        for one, other in combinations(STATES, 2)
        if distance(colours[one], colours[other]) < (4.5 if "nodata" in (one, other) else 6.0)
    }
    assert close == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_on_every_tile_are_readable(scheme):
    colours = tokens(scheme)
    poor = {
        state: round(contrast(colours[f"{state}-ink"], colours[f"{state}-fill"]), 1)
        for state in STATES
        if contrast(colours[f"{state}-ink"], colours[f"{state}-fill"]) < 4.5
    }
    assert poor == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_stand_out_from_cards_amber_by_its_outline(scheme):
    colours = tokens(scheme)
    shown = {state: colours["late-outline"] if state == "late" else colours[state] for state in STATES}
    assert {
        state: round(contrast(colour, colours["card"]), 1) for state, colour in shown.items() if contrast(colour, colours["card"]) < 3
    } == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "page"),
        ("ink", "card"),
        ("ink2", "page"),
        ("ink2", "card"),
        ("brand", "card"),
        ("brand", "page"),
        ("brand-ink", "brand-fill"),
        ("bad-text", "card"),
        ("good-text", "card"),
    ],
)
def test_text_is_readable_on_its_ground(scheme, ink, ground):
    colours = tokens(scheme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_of_fields_and_tiles_that_carry_meaning_are_visible(scheme):
    colours = tokens(scheme)
    assert contrast(colours["line2"], colours["card"]) >= 3
    assert contrast(colours["unjudged-line"], colours["card"]) >= 3


def test_states_that_may_come_close_are_drawn_hatched_and_dashed():
    shell = (Path(__file__).parents[2] / "assets" / "10-shell.css").read_text()
    for state in ("nodata", "unjudged"):
        rule = re.search(rf"\.kind-{state} \{{([^}}]+)\}}", shell)[1]
        assert "repeating-linear-gradient" in rule
        assert "dashed" in rule
