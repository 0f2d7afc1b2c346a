"""WCAG 2.2 AA on every page and state: axe-core, light and dark, wide and narrow; reflow; zoom.

The list is in `states.py`.
"""

from pathlib import Path

import pytest

from tests.browser.states import STATES, opened
from tests.test_every_route import SAMPLES

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text()

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

ASK = """async (rules) => {
  const { violations } = await axe.run(document, {
    runOnly: { type: "tag", values: rules }, resultTypes: ["violations"],
    rules: { "target-size": { enabled: true } } });
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) =>
    `${id}: ${help}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`));
}"""
"""What axe finds, a line for each element."""

CUT_OFF = """() => {
  const wide = document.documentElement.scrollWidth;
  return wide > innerWidth ? [`the page is ${wide} wide and the window ${innerWidth}`,
    ...[...document.querySelectorAll("body *")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width && box.right > innerWidth + 0.5 && !one.closest(".unseen, svg");
    }).map((one) => one.outerHTML.slice(0, 100))] : [];
}"""
"""What makes a page scroll sideways."""

MOVING = """() => document.getAnimations()
  .filter((one) => one.playState === "running" && one.animationName !== "appear")
  .map((one) => one.animationName ?? one.transitionProperty)"""
"""What moves; what only appears after a moment does not."""


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_every_state_is_for_everybody(show, state):
    page = show(state)
    page.evaluate(AXE)
    found = {"wide and light": page.evaluate(ASK, RULES)}
    found["moves where that is not wanted (2.3.3)"] = page.evaluate(MOVING)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 740})
    found["narrow and dark"] = page.evaluate(ASK, RULES)
    page.set_viewport_size({"width": 320, "height": 640})
    found["scrolls sideways at 320 pixels (1.4.10)"] = page.evaluate(CUT_OFF)
    page.set_viewport_size({"width": 1280, "height": 800})
    setting = page.context.new_cdp_session(page)
    setting.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})  # as in the settings
    found["scrolls sideways with text of twice the size (1.4.4)"] = page.evaluate(CUT_OFF)
    assert {check: told for check, told in found.items() if told} == {}


def test_german_fits_too(show, worlds):
    """Its words are longer; none of what stands on its own makes a page scroll sideways."""
    page = show(STATES[0], locale="de-DE")
    assert page.locator("html").get_attribute("lang") == "de"
    page.set_viewport_size({"width": 320, "height": 640})
    found = {}
    for state in STATES:
        if state.copy == "full" and state.act in (None, opened):
            page.goto(worlds["full"][0].address(state))
            found[state.name] = page.evaluate(CUT_OFF)
    assert {name: told for name, told in found.items() if told} == {}


def test_every_page_is_in_the_list(worlds):
    """Whoever adds a page adds it to `STATES`, in each of its states."""
    world, _ = worlds["full"]
    client = world.app.test_client()
    known = world.app.url_map.bind("localhost")
    listed = {known.match(world.address(state).partition("?")[0])[0] for state in STATES}
    ids = {place.rpartition("/")[2] for place in world.places.values()}
    for endpoint, sample in SAMPLES.items():
        addresses = {sample.replace("ID", one) for one in ids}
        for address in addresses:
            with client.get(address, headers={"Accept": "text/html"}) as response:
                if response.status_code == 200 and response.mimetype == "text/html":
                    assert known.match(address.partition("?")[0])[0] in listed, endpoint
                    break
