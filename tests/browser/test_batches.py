"""Many recordings in a real browser: sending, leaving, reloading, losing, and their page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_every_page import SMALL_TARGETS, TOO_WIDE, UNNAMED
from tests.working import working

BATCH = re.compile(r"/batches/[\w-]{22}$")
FILES = re.compile(r"/batches/[\w-]{22}/files/[\w-]{22}$")

NO_STORE = "Object.defineProperty(window, 'indexedDB', { value: undefined });"

DROP_FOLDER = """(names) => {
  const file = (path) => ({ isFile: true, fullPath: path,
    file: (done) => done(new File(["x".repeat(50)], path.split("/").pop())) });
  const folder = (files) => ({ isDirectory: true, createReader() {
    const pieces = [files.slice(0, 2), files.slice(2), []];
    return { readEntries: (done) => done(pieces.shift()) };
  } });
  DataTransferItem.prototype.webkitGetAsEntry = () => folder(names.map(file));
  const transfer = new DataTransfer();
  transfer.items.add(new File([], "folder"));
  document.querySelector("main").dispatchEvent(
    new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def worker(app):
    """Hears what is queued, as the worker would, until the test ends."""
    with working(app):
        yield


@pytest.fixture
def recordings(tmp_path, wav):
    """Makes a folder of so many recordings, some of them broken."""

    def make(number, broken=0):
        folder = tmp_path / "voices"
        folder.mkdir()
        for n in range(number):
            sound = b"This is no sound." if n < broken else wav
            (folder / f"{n:03}.wav").write_bytes(sound + bytes(n))  # told apart by size
        return folder

    return make


def choose(page, folder):
    page.get_by_label("Choose a file").set_input_files(sorted(folder.iterdir()))


def send(page):
    page.get_by_role("button", name="Name the emotion").click()
    expect(page).to_have_url(BATCH)


def let_through(page, number):
    """Let so many files arrive; what follows is never answered."""
    arrived = []

    def decide(route):
        arrived.append(route)
        if len(arrived) <= number:
            route.continue_()

    page.route(FILES, decide)


def told(page):
    return page.locator("#told")


def test_many_and_a_reload_in_the_middle(browser, visit, worker, recordings):
    page = visit(browser, "/upload")
    choose(page, recordings(60, broken=5))
    expect(page.locator("#chosen")).to_contain_text("60 files")
    let_through(page, 20)
    send(page)
    expect(told(page)).to_have_text("15 of 60 heard, 5 could not be heard, 40 still to come.")
    page.reload()
    page.unroute(FILES)
    expect(told(page)).to_have_text("55 of 60 heard, 5 could not be heard.")
    expect(page.get_by_role("row", name="Happy")).to_have_count(55 + 1)
    sentences = page.get_by_text("This is not a sound file that can be read.")
    expect(sentences).to_have_count(5)
    expect(page.get_by_role("row", name="Happy").first).to_contain_text("55")
    expect(page.locator("#overall")).to_be_hidden()
    page.reload()  # as the server tells it
    expect(told(page)).to_have_text("55 of 60 heard, 5 could not be heard.")
    expect(sentences).to_have_count(5)


def test_leaving_and_coming_back(browser, visit, worker, recordings):
    page = visit(browser, "/upload")
    choose(page, recordings(8))
    let_through(page, 3)
    send(page)
    expect(told(page)).to_have_text("3 of 8 heard, 5 still to come.")
    page.goto("/history")
    page.unroute(FILES)
    page.get_by_role("link", name="Batches").click()
    page.get_by_role("link", name="000.wav and 7 more").click()
    expect(told(page)).to_have_text("8 of 8 heard.")


def test_a_lost_connection_is_mended(browser, visit, worker, recordings):
    page = visit(browser, "/upload")
    choose(page, recordings(8))
    let_through(page, 3)
    send(page)
    expect(told(page)).to_have_text("3 of 8 heard, 5 still to come.")
    page.unroute(FILES)
    page.route(FILES, lambda route: route.abort())
    page.reload()
    expect(page.locator("#status")).to_contain_text("The connection was lost.")
    page.unroute(FILES)
    expect(told(page)).to_have_text("8 of 8 heard.")
    expect(page.locator("#status")).to_have_text("")


def test_where_the_browser_keeps_nothing_the_files_are_asked_for_again(
    browser, visit, worker, recordings
):
    folder = recordings(6)
    page = visit(browser, "/upload", script=NO_STORE)
    page.on("dialog", lambda dialog: dialog.accept())  # the browser asks whether to leave
    choose(page, folder)
    let_through(page, 2)
    send(page)
    expect(told(page)).to_have_text("2 of 6 heard, 4 still to come.")
    page.reload()
    missing = page.get_by_role("region", name="4 files are still to come")
    expect(missing).to_be_visible()
    page.unroute(FILES)
    other = folder / "other.wav"
    other.write_bytes(b"nobody waits for this")
    page.get_by_label("Choose files").set_input_files(other)
    expect(page.get_by_role("alert")).to_contain_text("None of these files is awaited here.")
    page.get_by_label("Choose files").set_input_files(sorted(folder.iterdir()))
    expect(told(page)).to_have_text("6 of 6 heard.")
    expect(page.locator("#missing")).to_be_hidden()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_of_two_pages_one_sends_and_the_other_takes_over(browser, visit, worker, recordings):
    page = visit(browser, "/upload")
    choose(page, recordings(6))
    let_through(page, 2)
    send(page)
    expect(told(page)).to_have_text("2 of 6 heard, 4 still to come.")
    other = page.context.new_page()
    other.goto(page.url)
    expect(told(other)).to_have_text("2 of 6 heard, 4 still to come.")
    expect(other.locator("#missing")).to_be_hidden()
    page.close()
    expect(told(other)).to_have_text("6 of 6 heard.")


def test_a_folder_is_chosen(browser, visit, worker, recordings):
    folder = recordings(3)
    (folder / "notes.txt").write_text("no recording")
    (folder / ".hidden.wav").write_bytes(b"")
    page = visit(browser, "/upload")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a whole folder").click()
    chooser.value.set_files(folder)
    expect(page.locator("#chosen")).to_contain_text("3 files")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("voices")
    expect(page.get_by_role("rowheader", name="voices/002.wav")).to_be_visible()
    expect(told(page)).to_have_text("3 of 3 heard.")


def test_a_folder_is_dropped(browser, visit):
    page = visit(browser, "/upload")
    names = [*("/f/b.wav", "/f/a 10.mp3", "/f/a 9.mp3", "/f/notes.txt", "/f/.x/c.wav")]
    page.evaluate(DROP_FOLDER, names)
    expect(page.locator("#chosen")).to_have_text("3 files (150 bytes)")
    send(page)
    expect(page.locator("tbody .files-file")).to_have_text(["f/a 9.mp3", "f/a 10.mp3", "f/b.wav"])


def test_too_many_are_told_before_anything_is_sent(browser, visit):
    page = visit(browser, "/upload")
    page.evaluate(DROP_FOLDER, [f"/f/{n}.wav" for n in range(501)])
    expect(page.get_by_role("alert")).to_contain_text("These are 501 files, and 500 is the most")


def test_cancelling_stops_the_sending(browser, visit, worker, recordings):
    page = visit(browser, "/upload")
    choose(page, recordings(6))
    let_through(page, 2)
    send(page)
    expect(told(page)).to_have_text("2 of 6 heard, 4 still to come.")
    page.get_by_role("button", name="Cancel what is left").click()
    expect(page.get_by_text("What was left of this batch was cancelled.")).to_be_visible()
    page.unroute(FILES)  # not before: the others would come while the button is looked for
    expect(told(page)).to_have_text("2 of 6 heard, 4 cancelled.")
    page.get_by_role("button", name="Try all unheard again").click()
    expect(page.get_by_role("region", name="4 files are still to come")).to_be_visible()


def test_one_is_tried_again(browser, visit, worker, recordings):
    page = visit(browser, "/upload")
    choose(page, recordings(3, broken=1))
    send(page)
    expect(told(page)).to_have_text("2 of 3 heard, 1 could not be heard.")
    page.get_by_role("button", name="Try 000.wav again").click()
    expect(told(page)).to_have_text("2 of 3 heard, 1 could not be heard.")


def test_a_deleted_batch_is_gone(browser, visit, worker, recordings):
    page = visit(browser, "/upload")
    choose(page, recordings(2))
    send(page)
    expect(told(page)).to_have_text("2 of 2 heard.")
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("None yet.")).to_be_visible()


def test_without_javascript(browser, visit, worker, recordings):
    page = visit(browser, "/upload", java_script_enabled=False)
    choose(page, recordings(4, broken=1))
    send(page)
    expect(told(page)).to_have_text("3 of 4 heard, 1 could not be heard.")  # it comes again
    page.get_by_role("link", name="File").click()
    expect(page.get_by_role("columnheader", name="File")).to_have_attribute(
        "aria-sort", "ascending"
    )


@pytest.fixture
def done(browser, visit, worker, recordings):
    """The page of a batch that is done, with long names."""

    def make(**options):
        page = visit(browser, "/upload", **options)
        folder = recordings(4, broken=1)
        for path in folder.iterdir():
            path.rename(folder / f"{path.stem}{'x' * 190}.wav")
        choose(page, folder)
        send(page)
        expect(told(page)).to_have_text("3 of 4 heard, 1 could not be heard.")
        return page

    return make


def test_the_table_is_sorted_with_the_keyboard(done):
    page = done()
    table = page.locator("#files")
    table.get_by_role("columnheader", name="Heard").get_by_role("link").focus()
    for direction in ("ascending", "descending"):
        page.keyboard.press("Enter")
        heading = table.get_by_role("columnheader", name="Heard")
        expect(heading).to_have_attribute("aria-sort", direction)
        page.wait_for_load_state()
        for name in ("No.", "File", "Heard"):  # the keyboard goes on where the table begins
            page.keyboard.press("Tab")
            expect(table.get_by_role("link", name=name).first).to_be_focused()
    expect(page.locator("tbody tr[data-job]").first).to_have_attribute("data-state", "failed")


def test_it_fits_a_small_screen_and_can_be_read_aloud(done):
    page = done(viewport={"width": 360, "height": 740})
    for address in (page.url, f"{page.url}?sort=-heard", "/batches"):
        page.goto(address)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
            assert page.evaluate(TOO_WIDE) == [], address
            assert page.evaluate(SMALL_TARGETS) == [], address
        assert page.evaluate(UNNAMED) == [], address
        assert page.locator("table:not(:has(caption))").count() == 0
        assert page.locator("th:not([scope])").count() == 0
        expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_rows_stay_rows_where_they_look_like_cards(done):
    page = done(viewport={"width": 360, "height": 740})
    table = page.get_by_role("table").last
    expect(table.get_by_role("row")).to_have_count(1 + 4)
    expect(table.get_by_role("columnheader")).to_have_count(6)
    expect(table.get_by_role("row", name="Happy")).to_have_count(3)
