"""What is looked at on any page in the browser: what axe-core finds, what a narrow, a wide and a paper page may not do."""

from __future__ import annotations

import os
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_WAY = "SYNCLINE_LOOKS_IN_EVERY_WAY"  # yes: also what takes as long again as the rest and seldom differs
A4_PX = 703  # what the margins of assets/90-print.css leave of its width
LONGEST_EM = 75  # some 150 characters

FOLLOW = """href => {
  const link = document.createElement("a");
  link.href = href;
  link.dataset.now = "yes"; // or it would stay in the past moment of the page before
  document.body.append(link);
  link.click();
  link.remove();
}"""
SETTLED = (
    "() => !document.querySelector('[data-dash-is-loading], [aria-busy=true]') && document.querySelector('#shell-page h1, #shell-page h2')"
)
DARK = "() => document.documentElement.dataset.mantineColorScheme === 'dark'"

# Of structure, axe says nothing about these.
STRUCTURE = r"""
() => {
  const ids = [...document.querySelectorAll("[id]")].map(each => each.id);
  const twice = [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))].map(id => `id ${id} is used twice`);
  const tables = [...document.querySelectorAll("table")].filter(each => each.checkVisibility() && !each.querySelector("th"));
  return [...twice, ...tables.map(each => `table without heads: ${each.outerHTML.slice(0, 140)}`)];
}
"""

# Texts as they lie on the page, line by line; without what is cut away for the eye, floats above it, or is moved in a frame of its own.
LINES = r"""
const away = element => {
  for (let each = element; each && each !== document.body; each = each.parentElement) {
    const style = getComputedStyle(each);
    if (style.clipPath !== "none" || ["fixed", "sticky"].includes(style.position)) return "away";
    if (/auto|scroll/.test(style.overflowX) || (style.overflowX === "hidden" && style.textOverflow === "ellipsis")) return "framed";
  }
  return "";
};
const lines = () => {
  const walker = document.createTreeWalker(document.getElementById("main") || document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.textContent.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const where = away(element), range = document.createRange();
    if (where === "away") continue;
    range.selectNodeContents(node);
    const text = node.textContent.trim().slice(0, 60);
    for (const box of range.getClientRects()) if (box.width > 1) found.push({ element, where, box, text });
  }
  return found;
};
"""

NARROW = (
    "() => {"
    + LINES
    + r"""
  const width = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  document.querySelectorAll(".scroll:has(> .stacks)").forEach(each => {
    if (each.scrollWidth > each.clientWidth + 1) found.push(`stacked, and moved sideways: ${each.innerText.slice(0, 60)}`);
  });
  const all = lines().filter(line => !line.where).sort((one, other) => one.box.top - other.box.top);
  all.filter(line => line.box.right > width + 1 || line.box.left < -1).forEach(line => found.push(`sticks out: ${line.text}`));
  const place = (one, other) => one.contains(other) || other.contains(one);
  all.forEach((line, number) => {
    for (let next = number + 1; next < all.length && all[next].box.top < line.box.bottom - 3; next += 1) {
      const one = line.box, other = all[next].box;
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 2 && down > Math.min(one.height, other.height) / 2 && !place(line.element, all[next].element))
        found.push(`overlap: ${line.text} | ${all[next].text}`);
    }
  });
  return found;
}"""
)

LONG = (
    "longest => {"
    + LINES
    + r"""
  const size = line => parseFloat(getComputedStyle(line.element).fontSize);
  return lines().filter(line => !line.where && line.box.width > longest * size(line)).map(line => line.text);
}"""
)

WORDS = r"""
() => [...document.querySelectorAll("#shell-page :is(h1, h2, h3, th, td, dt, dd, p, li, .badge, .kpi-figure, [aria-current], .ag-cell)")]
  .filter(each => each.checkVisibility())
  .filter(each => !each.closest(".pager, .acts, .reason, .edits, .process-scroll, .process-legend, .no-print"))
  .map(each => each.innerText.replace(/\s+/g, " ").replace(/\d+/g, "0").trim()).filter(each => each)
"""

PAPER = r"""
width => {
  const found = [], shown = each => each && each.checkVisibility(), white = "rgb(255, 255, 255)";
  document.querySelectorAll("header, nav.mantine-AppShell-navbar, .mantine-AppShell-navbar, .skip, .head-controls button, .ag-root")
    .forEach(each => shown(each) && found.push(`on paper: ${each.outerHTML.slice(0, 80)}`));
  const foot = document.getElementById("shell-foot");
  if (!shown(foot) || !foot.innerText.includes(location.href) || !/As of .*\d/.test(foot.innerText)) found.push("no foot");
  if ([...document.querySelectorAll(".card")].some(each => getComputedStyle(each).backgroundColor !== white)) found.push("dark");
  document.querySelectorAll("#shell-page *").forEach(each => {
    const box = each.getBoundingClientRect();
    if (box.width > 1 && box.right > width + 1 && shown(each)) found.push(`cut off at the right: ${each.outerHTML.slice(0, 120)}`);
  });
  return found;
}
"""

# Texts of one look are drawn alike upon the same backgrounds: one of them stands for all, one that is in sight where there is one.
LOOKS = r"""
const looks = () => {
  const numbers = new Map(), beneath = new Map(), chosen = new Map();
  const number = words => numbers.get(words) ?? (numbers.set(words, numbers.size), numbers.size - 1);
  const below = element => {
    if (!element) return "";
    if (!beneath.has(element)) {
      const style = getComputedStyle(element), before = below(element.parentElement);
      const floats = /absolute|fixed|sticky/.test(style.position) ? element.getAttribute("class") : "";
      const own = [style.backgroundColor, style.backgroundImage, style.opacity, floats].join();
      beneath.set(element, own === "rgba(0, 0, 0, 0),none,1," ? before : number(`${before}|${own}`));
    }
    return beneath.get(element);
  };
  const inSight = element => {
    const box = element.getBoundingClientRect(), x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    for (let each = element.parentElement; each && each !== document.body; each = each.parentElement) {
      if (getComputedStyle(each).overflow === "visible") continue;
      const frame = each.getBoundingClientRect();
      if (x < frame.left || x > frame.right || y < frame.top || y > frame.bottom) return false;
    }
    return true;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(element), off = Boolean(element.closest(":disabled, [aria-disabled=true]"));
    const look = [below(element), style.color, style.fontSize, style.fontWeight, style.textShadow, off].join();
    const is = inSight(element);
    if (!chosen.has(look) || (is && !chosen.get(look).is)) chosen.set(look, { element, is });
  }
  return { include: [...chosen.values()].map(each => each.element) };
};
"""

# A rule that axe-core gives up is nothing it has looked at. It gives up contrast at a frame of fifty thousand pixels that is moved sideways
# within one that is moved downwards, as AG Grid has: meanwhile the inner one is only cut off.
TOLD = r"""
const told = async ask => {
  const inner = [...document.querySelectorAll(".ag-center-cols-viewport")];
  inner.forEach(each => { each.style.overflow = "hidden"; });
  const { violations, incomplete } = await ask();
  inner.forEach(each => { each.style.overflow = ""; });
  const gaveUp = incomplete.map(rule => [rule.id, rule.nodes[0].none.find(check => check.id === "error-occurred")]).filter(each => each[1]);
  const why = ({ any, all, none }) => [...any, ...all, ...none][0]?.message;
  return [
    ...gaveUp.map(([id, check]) => `axe gave up, ${id}: ${check.data.message}`),
    ...violations.map(rule => `${rule.id}, ${rule.nodes.length} times, first ${rule.nodes[0].target}: ` +
      `${why(rule.nodes[0]) ?? rule.help} ${rule.nodes[0].html.slice(0, 160)}`),
  ];
};
"""


def in_every_way() -> bool:
    """Whether everything is looked at, as `make soak` does."""
    return os.environ.get(EVERY_WAY) == "yes"


def open_page(page: Page, where: str) -> None:
    """Exchanges the page within the one that stands there, as a click on a link of ours does, and waits until it is drawn."""
    if page.evaluate("() => location.pathname + location.search") == where:
        return
    with page.expect_response(lambda answer: "shell-page.children" in (answer.request.post_data or "")):
        page.evaluate(FOLLOW, where)
    page.wait_for_function(SETTLED)
    if where == "/transactions":
        page.locator("a.path-link").first.wait_for()


def in_the_dark(page: Page) -> None:
    """Leaves the page in its dark colours, or raises."""
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(DARK)
    frames(page)


def frames(page: Page) -> None:
    """Waits until what has changed is painted."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def axe(page: Page, of_every_text: bool = True) -> list[str]:
    """One line a violation of all rules; axe-core comes with the tests, nothing is fetched. Contrast, which takes three quarters of the
    time, is asked of every text, or of one of each look."""
    rules = {"type": "tag", "values": TAGS}
    found = _axe(page, {"runOnly": rules, "rules": {"color-contrast": {"enabled": of_every_text}}})
    return found if of_every_text else [*found, *contrast(page)]


def contrast(page: Page) -> list[str]:
    """What cannot be read against what lies beneath it, asked of one text of each look."""
    return _axe(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}}, of="looks()")


def _axe(page: Page, options: dict[str, Any], of: str = "document") -> list[str]:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    asked = f"async options => {{ {LOOKS} {TOLD} return told(() => axe.run({of}, options)); }}"
    return page.evaluate(asked, {**options, "resultTypes": ["violations", "incomplete"]})


def structure(page: Page) -> list[str]:
    """What is used twice, and tables without heads."""
    return page.evaluate(STRUCTURE)


def narrow(page: Page) -> list[str]:
    """What sticks out at the sides or lies upon something else."""
    return page.evaluate(NARROW)


def long_lines(page: Page) -> list[str]:
    """The beginnings of lines that are longer than anybody reads."""
    return page.evaluate(LONG, LONGEST_EM)


def words(page: Page) -> list[str]:
    """What is told on the page, digits as 0: a clock may go on between two looks."""
    return page.evaluate(WORDS)


def paper(page: Page) -> list[str]:
    """What a printed page may not be, asked while print is emulated in the width of A4."""
    frames(page)
    return page.evaluate(PAPER, A4_PX)
