"""The review page in a real browser, as a curator uses it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from browser.conftest import Open
from curated import ATTACK, FORMULA, line_id, row_id, visitor
from mitotransfer.decisions import Log
from mitotransfer.decisions.log import DECISIONS


def item(page: Page, number: int) -> Locator:
    return page.locator(f"#item-{row_id(number)}")


def chosen(page: Page, number: int) -> None:
    expect(item(page, number)).to_have_attribute("aria-selected", "true")


def go(page: Page, number: int) -> None:
    item(page, number).click()
    chosen(page, number)


def kinds(out: Path) -> list[str]:
    return [one.decision for one in Log(out / DECISIONS).read()]


def test_filtering_by_table_words_and_flags(visit: Open) -> None:
    page = visit()
    expect(page.locator(".item")).to_have_count(5)
    page.get_by_label("Table").select_option("secretion")
    expect(page.locator(".item")).to_have_count(3)
    page.get_by_role("searchbox").fill("microglia")
    expect(page.locator(".item")).to_have_count(1)
    expect(page.locator("#row-title")).to_have_text("astrocyte → microglia")
    page.locator("summary").click()
    page.get_by_text("Clear all filters").click()
    expect(page.locator(".item")).to_have_count(5)
    page.get_by_label("name not in the vocabulary").check()
    expect(page.locator(".item")).to_have_count(2)
    page.get_by_label("Study to filter by").fill("doe")
    page.locator(".option", has_text="Doe et al., 2001").click()
    expect(page.locator(".item")).to_have_count(1)
    page.reload()
    expect(page.locator(".item")).to_have_count(1)  # the filter is kept in the address


def test_accepting_goes_on_saves_at_once_and_a_reload_keeps_it(visit: Open, out: Path) -> None:
    page = visit()
    chosen(page, 1)
    page.get_by_role("button", name="Accept").click()
    chosen(page, 2)
    expect(page.locator("#toast")).to_have_text("Accepted: astrocyte → neuron")
    assert kinds(out) == ["accept"]
    expect(page.locator("#progress-text")).to_have_text("1 of 5 decided")
    page.reload()
    expect(item(page, 1)).to_contain_text("accepted")
    chosen(page, 2)


def test_editing_with_completion_from_the_vocabulary(visit: Open, out: Path) -> None:
    page = visit()
    page.get_by_role("button", name="Edit Mechanism").click()
    field = page.get_by_role("combobox", name="Add to Mechanism")
    expect(field).to_be_focused()
    field.press_sequentially("connexin 4")
    expect(page.get_by_role("option", name="connexin 43").first).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    page.get_by_role("button", name="Take CD38 away").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("dd[data-field=mechanism] .chip")).to_have_text(["tunneling nanotube", "connexin 43"])
    expect(page.locator("dd[data-field=mechanism]")).to_contain_text("read as: tunneling nanotube; CD38 · changed by ada")
    (one,) = Log(out / DECISIONS).read()
    assert one.new_ids == "mechanism:tunneling_nanotube; mechanism:connexin_43"


def test_editing_effects_and_their_direction(visit: Open, out: Path) -> None:
    page = visit()
    page.get_by_role("button", name="Edit Biological effect").click()
    page.get_by_label("Direction of ATP production").select_option("decrease")
    page.get_by_label("Direction of what is added").select_option("none")
    field = page.get_by_role("combobox", name="Add to Biological effect")
    field.press_sequentially("cell surv")
    page.get_by_role("option", name="cell survival").first.click()
    field.press("Control+Enter")
    expect(page.locator(".editor")).to_have_count(0)
    expect(page.locator("dd[data-field=biological_effect] .chip")).to_have_count(3)
    (one,) = Log(out / DECISIONS).read()
    assert one.new_ids == "outcome:atp_production:decrease; outcome:-:decrease; outcome:cell_survival:none"


def test_undo_again_and_again(visit: Open, out: Path) -> None:
    page = visit()
    for key in ("a", "r"):
        page.keyboard.press(key)
    chosen(page, 3)
    page.get_by_role("button", name="Undo").click()
    chosen(page, 2)
    expect(item(page, 2)).to_contain_text("open")
    page.get_by_role("button", name="Undo").click()
    chosen(page, 1)
    expect(item(page, 1)).to_contain_text("open")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert kinds(out) == ["accept", "reject", "undo", "undo"]


def test_rejecting_a_line_of_evidence_strikes_out_what_only_it_says(visit: Open) -> None:
    page = visit()
    line = page.locator(f"[data-evidence={line_id(3)}]")
    line.get_by_role("button", name="Wrong").click()
    expect(line.get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("dd[data-field=mechanism] .chip.dropped")).to_have_text("CD38")
    expect(line).to_contain_text("wrong, says ada")


def test_a_second_tab_overwrites_nothing_and_shows_what_the_other_decided(visit: Open, out: Path) -> None:
    page = visit()
    other = page.context.new_page()
    other.goto(page.url.partition("#")[0])
    expect(other.locator("#row-title")).to_be_visible()
    page.keyboard.press("r")
    chosen(page, 2)
    other.get_by_role("button", name="Accept").click()
    expect(other.locator("#alarm")).to_contain_text("Not saved: this row was decided on meanwhile. ada: rejected")
    expect(other.get_by_role("button", name="Reject")).to_have_attribute("aria-pressed", "true")
    assert kinds(out) == ["reject"]


def test_an_edit_that_came_too_late_is_not_lost(visit: Open, out: Path) -> None:
    page = visit()
    page.get_by_role("button", name="Edit Mechanism").click()
    page.get_by_role("combobox", name="Add to Mechanism").fill("my own words")
    visitor(out, "bob").decide(1, "note", note="look again")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#alarm")).to_contain_text("What you wrote is still in the field")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".editor")).to_have_count(0)
    expect(page.locator("dd[data-field=mechanism] .chip").last).to_contain_text("my own words")
    assert kinds(out) == ["note", "edit"]


def test_a_tab_learns_of_others_when_it_looks(visit: Open, out: Path) -> None:
    page = visit()
    visitor(out, "bob").decide(1, "reject")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(item(page, 1)).to_contain_text("rejected")
    expect(page.get_by_role("button", name="Reject")).to_have_attribute("aria-pressed", "true")


def test_a_conflict_is_settled_by_taking_a_side(visit: Open, out: Path) -> None:
    visitor(out, "bob").decide(1, "reject")
    page = visit()
    page.keyboard.press("a")
    chosen(page, 2)
    page.keyboard.press("k")
    expect(page.get_by_text("Reviewers disagree; nothing of it is applied")).to_be_visible()
    page.keyboard.press("a")  # not one more voice: the cursor goes to the choices
    expect(page.get_by_role("button", name="Take what bob said")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".badge.accepted")).to_be_visible()
    assert kinds(out) == ["reject", "accept", "accept"]


def test_the_whole_way_by_keyboard(visit: Open, out: Path) -> None:
    page = visit()
    page.keyboard.press("j")
    chosen(page, 2)
    page.keyboard.press("k")
    chosen(page, 1)
    page.keyboard.press("e")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Edit Mechanism")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("jar r a u")  # letters are letters while typing
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Edit Mechanism")).to_be_focused()
    assert kinds(out) == []
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    page.keyboard.type("connexin 43")
    expect(page.get_by_role("option", name="connexin 43").first).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dd[data-field=mechanism] .chip")).to_have_text(["tunneling nanotube", "connexin 43"])
    expect(page.get_by_role("button", name="Edit Mechanism")).to_be_focused()
    page.keyboard.press("n")
    page.keyboard.type("seen")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("ada: seen")).to_be_visible()
    page.keyboard.press("a")
    chosen(page, 2)
    page.keyboard.press("r")
    chosen(page, 3)
    page.keyboard.press("u")
    chosen(page, 2)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("stroke")
    expect(page.locator(".item")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#list")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("stroke")  # left, not cleared
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("a")  # not under the dialog
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert kinds(out) == ["edit", "note", "accept", "reject", "undo"]


def test_nothing_that_an_article_says_is_run(visit: Open, out: Path) -> None:
    page = visit()
    go(page, 3)
    words = page.locator("blockquote").evaluate(
        "e => [...e.childNodes].map(n => n.nodeType === 3 ? n.data : n.firstChild.data).join('')"
    )
    assert words == ATTACK
    expect(page.locator("dd[data-field=cell_type] .chip")).to_contain_text(FORMULA)
    expect(item(page, 3)).to_contain_text(FORMULA)
    assert page.locator("blockquote script, blockquote img").count() == 0
    page.get_by_role("button", name="Note").click()
    page.get_by_label("Note on this row").fill("<img src=x onerror=alert(3)>")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".notice")).to_contain_text("<img src=x onerror=alert(3)>")
    assert page.evaluate("window.seen") == []


RUN = """() => {
  const script = document.createElement("script");
  try { script.text = "window.ran = true"; document.body.append(script); } catch { }
  return window.ran === true;
}"""


def test_no_word_of_the_program_slips_into_the_text(visit: Open) -> None:
    page = visit()
    for number in range(1, 6):
        go(page, number)
        text = page.locator("body").inner_text()
        assert not any(word in text for word in ("null", "undefined", "[object", "NaN")), number


def test_the_policy_is_in_force(visit: Open) -> None:
    page = visit()
    ran = page.evaluate(RUN)
    assert not ran
    assert page.evaluate("window.seen.splice(0).length") > 0  # it was seen, and forgotten: it is our own doing


def test_dark_when_the_system_is_and_when_the_reader_says_so(visit: Open) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    assert visit(scheme="dark").evaluate(ground) == "rgb(21, 25, 28)"
    page = visit()
    assert page.evaluate(ground) == "rgb(253, 253, 251)"
    for shown in ("rgb(253, 253, 251)", "rgb(21, 25, 28)"):
        page.get_by_role("button", name="Colours").click()
        assert page.evaluate(ground) == shown
    page.reload()
    assert page.evaluate(ground) == "rgb(21, 25, 28)"


def test_decisions_without_a_row_are_listed_with_what_is_like_them(visit: Open, out: Path) -> None:
    from curated import line, secretion, tables, written

    visitor(out).decide(1, "reject")
    files = tables()
    files["table1_secretion.csv"] = [secretion(8)]
    files["evidence.csv"] = [line(1, 8, "Rat astrocytes passed mitochondria to neurons.")]
    written(out, files)
    page = visit()
    page.get_by_role("button", name="1 waiting").click()
    expect(page.get_by_role("heading", name="1 decision without a row")).to_be_visible()
    page.get_by_role("button", name="Show the row most like it").click()
    chosen(page, 8)


NAMELESS = """() => {
  const structure = ["presentation", "toolbar", "group", "list", "listitem", "alert", "status"];
  const text = (element) => element?.textContent ?? "";
  const named = (element) => {
    const by = (element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => text(document.getElementById(id)));
    const labels = [...(element.labels ?? [])].map(text);
    return [element.getAttribute("aria-label") ?? "", ...by, ...labels, text(element)].join("").trim();
  };
  return [...document.querySelectorAll("a, button, input, select, textarea, summary, [role]")]
    .filter((element) => element.checkVisibility() && !structure.includes(element.getAttribute("role")) && !named(element))
    .map((element) => element.outerHTML.slice(0, 120));
}"""
HEADINGS = "[...document.querySelectorAll('h1, h2, h3')].filter((e) => e.checkVisibility()).map((e) => e.tagName)"
OUTLINED = """() => {
  const focused = document.activeElement;
  const chosen = focused.querySelector("[aria-selected=true]");
  const outlined = (element) => getComputedStyle(element).outlineStyle !== "none";
  return focused === document.body || outlined(focused) || (chosen !== null && outlined(chosen));
}"""


def test_everything_has_a_name_a_place_and_an_order(visit: Open) -> None:
    page = visit()
    page.locator("summary").click()
    for prepare in ("", "button[aria-label='Edit Biological effect']", "#note", "#help"):
        if prepare:
            page.locator(prepare).first.click()
        assert page.evaluate(NAMELESS) == [], prepare
    page.keyboard.press("Escape")
    headings = page.evaluate(HEADINGS)
    assert headings[:2] == ["H1", "H2"]
    assert page.locator("header, main, form[role=search], section[aria-label]").count() >= 4
    assert page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count() == 0
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("#toast").get_attribute("aria-live") == "polite"
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_focus_is_visible_wherever_tab_leads(visit: Open) -> None:
    page = visit()
    page.locator("body").press("Tab")
    for _ in range(30):
        seen = page.evaluate(OUTLINED)
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        page.keyboard.press("Tab")


def test_a_narrow_window_needs_no_scrolling_sideways(visit: Open) -> None:
    page = visit(width=700)
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    page.get_by_role("button", name="Accept").click()
    chosen(page, 2)
