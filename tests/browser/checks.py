"""What accessibility asks of any page, looked at in the browser: names, structure, order of headings, contrast of text."""

from __future__ import annotations

from playwright.sync_api import Page

# Contrast is computed on what is really painted: the text's colour against the nearest ground that is not transparent. Text over pictures,
# patterns or half-transparent grounds is left out; the palette's own test holds those colours.
LOOK = r"""
() => {
  const found = [];
  const say = (rule, element) => found.push(`${rule}: ${element.outerHTML.slice(0, 140)}`);
  const shown = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const visible = element => shown(element) && !element.closest('[aria-hidden="true"]');
  const named = element => (element.getAttribute("aria-label") || element.innerText || element.title || element.alt || "").trim()
    || (element.getAttribute("aria-labelledby") || "").split(" ").some(id => document.getElementById(id)?.innerText.trim())
    || (element.labels && [...element.labels].some(label => label.innerText.trim()));
  const all = selector => [...document.querySelectorAll(selector)].filter(visible);

  if (!document.documentElement.lang) found.push("the page has no language");
  if (!document.title) found.push("the page has no title");
  for (const tag of ["main", "header"]) if (document.querySelectorAll(tag).length !== 1) found.push(`not one <${tag}>`);
  if (all("h1").length > 1) found.push("more than one h1");
  let level = 0;
  for (const heading of all("h1, h2, h3, h4")) {
    const next = Number(heading.tagName[1]);
    if (level && next > level + 1) say(`heading skips from ${level}`, heading);
    level = next;
  }
  all("a[href], button, summary, input, select, textarea").filter(element => !named(element) && !element.placeholder)
    .forEach(element => say("has no name", element));
  document.querySelectorAll("img").forEach(image => image.hasAttribute("alt") || say("has no alt", image));
  const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
  [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))].forEach(id => found.push(`id ${id} is used twice`));
  document.querySelectorAll('a[href][aria-hidden="true"], button[aria-hidden="true"]')
    .forEach(hidden => hidden.tabIndex >= 0 && say("hidden but can be focused", hidden));
  document.querySelectorAll("a a, a button, button a, button button").forEach(inner => say("control inside a control", inner));
  all("table").forEach(table => table.querySelector("th") || say("table without heads", table));
  const navigations = all("nav").map(element => element.getAttribute("aria-label") || "");
  if (navigations.length !== new Set(navigations).size) found.push(`navigations of the same name: ${navigations}`);

  const parse = text => (text.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, place) => sum + v * [.2126, .7152, .0722][place], 0);
  const ground = element => {
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each), colour = parse(style.backgroundColor);
      if (style.backgroundImage !== "none" || Number(style.opacity) < 1 || !style.backgroundColor.startsWith("rgb")) return null;
      if (colour.length === 3 || colour[3] === 1) return colour;
      if (colour[3] > 0) return null;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const looked = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || looked.has(element) || !shown(element)) continue;
    looked.add(element);
    const style = getComputedStyle(element), back = ground(element), front = parse(style.color);
    if (!back || !style.color.startsWith("rgb") || front.length === 4) continue;
    const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
    const ratio = (high + .05) / (low + .05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) say(`contrast ${ratio.toFixed(2)}`, element);
  }
  return found;
}
"""


def problems_of(page: Page) -> list[str]:
    """One sentence a problem; empty when there is none."""
    return page.evaluate(LOOK)
