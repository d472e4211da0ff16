"""A way through the product by mouse or by keyboard alone: its clicks are counted in the page, and one can come back to every stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser import looks
from tests.waiting import until

MOST = 160  # steps of the Tab key to anything on a page
# Whoever looks sees where the focus is: an outline of two pixels, of what has it or of the frame around it; and it is on the screen.
HELD = r"""() => {
  const held = document.activeElement, box = held.getBoundingClientRect(), what = held.outerHTML.slice(0, 200);
  if (held === document.body || held === document.documentElement) return "nothing has the focus";
  const around = [held, held.parentElement, held.parentElement.closest("[class*=-input], .dash-input-container")];
  const styles = around.filter(each => each && each !== document.body).map(each => getComputedStyle(each));
  if (!styles.some(style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)) return `not seen: ${what}`;
  return box.bottom < 0 || box.top > innerHeight || box.right < 0 ? `outside of the screen: ${what}` : "";
}"""
# A click of the mouse and Enter on a link or button both arrive as one trusted click; loading a page anew does not forget them.
COUNTER = """addEventListener("click", event => {
  if (event.isTrusted) sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks") || 0) + 1);
}, true);"""
DRAWN = "() => document.querySelector('#shell-page h1, #shell-page h2') && !document.querySelector('#main[aria-busy=true]')"


class Journey:
    """`press` does what a person does; `clicks` says how often it was done."""

    def __init__(self, page: Page, by_keyboard: bool) -> None:
        self.page, self._by_keyboard = page, by_keyboard
        page.add_init_script(COUNTER)

    def begin(self, where: str) -> None:
        self.page.goto(where)
        self._drawn()
        self.page.evaluate("sessionStorage.removeItem('clicks')")
        if self._by_keyboard:
            skip(self.page)
            self.page.evaluate("sessionStorage.removeItem('clicks')")  # the way past the navigation is none of the way

    @property
    def clicks(self) -> int:
        return int(self.page.evaluate("Number(sessionStorage.getItem('clicks') || 0)"))

    def press(self, what: Locator) -> None:
        """A link or button, seen and used as it can be."""
        if not self._by_keyboard:
            what.click()
            return
        tab_to(self.page, what)
        self.page.keyboard.press("Enter")

    def type(self, field: Locator, text: str) -> None:
        if not self._by_keyboard:
            field.fill(text)
            return
        tab_to(self.page, field)
        self.page.keyboard.type(text)

    def pick(self, row: Locator, first: Locator) -> None:
        """A line of a grid, whose keys are the arrows."""
        if not self._by_keyboard:
            row.click()
            return
        tab_to(self.page, first)
        self.page.keyboard.press("ArrowDown")
        assert not (wrong := self.page.evaluate(HELD)), wrong
        self.page.keyboard.press("Enter")

    def arrives(self, heading: str) -> None:
        """The next page is there, and begins at its head."""
        self.page.get_by_role("heading", level=1, name=heading).first.wait_for()
        self._drawn()
        expect(self.page.locator("#main")).to_be_focused()

    def holds(self, shared: Callable[[str], Page]) -> None:
        """Reload, back and forth, and a shared link show what stands there; `shared` opens an address as somebody else would. By
        keyboard only: it is the same for whoever came by mouse."""
        if not self._by_keyboard:
            return
        told, address = looks.words(self.page), self.page.url
        self.page.reload()
        self._stands(self.page, told)
        other = shared(address)
        self._stands(other, told)
        other.context.close()
        self.page.go_back()
        self.page.wait_for_function("address => location.href !== address", arg=address)
        self.page.go_forward()
        self.page.wait_for_url(address)
        self._stands(self.page, told)

    def _stands(self, page: Page, told: list[str]) -> None:
        """A list asks for its rows once the page is drawn."""
        page.wait_for_function(DRAWN)
        until(lambda: looks.words(page) == told, 30, lambda: f"another page:\n{set(looks.words(page)) ^ set(told)}")

    def _drawn(self) -> None:
        self.page.wait_for_function(DRAWN)
        self.page.wait_for_load_state("networkidle")


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until `wanted` has the focus; on the way everything that gets it shows it, and nothing keeps it."""
    wanted.wait_for()
    before = None
    for _ in range(MOST):
        page.keyboard.press("Tab")
        held = page.evaluate_handle("document.activeElement")
        assert not (wrong := page.evaluate(HELD)), wrong
        assert before is None or not page.evaluate("([one, other]) => one === other", [before, held]), "the focus is trapped"
        before = held
        if wanted.evaluate("wanted => wanted === document.activeElement"):
            return
    raise AssertionError(f"{MOST} times Tab do not lead to {wanted}")


def skip(page: Page) -> None:
    """The first Tab shows the way past the navigation, and Enter takes it."""
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the page")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def colleague(new_page: Callable[..., Page], address: str, session: Any) -> Callable[[str], Page]:
    """Opens an address in a browser of its own."""

    def opened(where: str) -> Page:
        page = new_page(address, storage_state=session)
        page.goto(where)
        return page

    return opened
