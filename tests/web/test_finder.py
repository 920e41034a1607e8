"""Find procedures and surgeons: search, favorites, and what was used today. None of it needs scripts."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from packets.web.server import WebServer
from tests.clock import NOW
from tests.samples import CONTENT
from tests.web.client import FORM, Answer, Client
from tests.web.conftest import Serve
from tests.web.test_packet import let_in, value_of

FUSION = "anterior-cervical-discectomy-fusion"


def ids(page: Answer) -> list[str]:
    return re.findall(r'href="/procedures/([\w-]+)', page.body.decode())


@pytest.fixture
def nurse(page: WebServer) -> Client:
    return let_in(page)


@pytest.mark.parametrize("typed", ["lumbar", "LUMBAR", "%20lum%20", "l%C3%BAmbar", "disc%20mic%20lum", "lumbar-"])
def test_a_part_of_a_name_finds_the_procedures(nurse: Client, typed: str) -> None:
    found = nurse.get(f"/?q={typed}")
    if found.status == 303:
        assert (typed, found.goes_to) == ("disc%20mic%20lum", "/procedures/lumbar-microdiscectomy")
    else:
        assert ids(found) == ["lumbar-laminectomy", "lumbar-microdiscectomy"] and "2 of 4 procedures" in found.text


def test_a_name_in_another_language_finds_the_procedure(nurse: Client) -> None:
    assert nurse.get("/?q=foraminotomia").goes_to == "/procedures/cervical-foraminotomy"


def test_a_name_a_synonym_or_a_specialty_finds_the_procedure_and_changes_no_packet(
    nurse: Client, tmp_path: Path, serve: Serve
) -> None:
    assert nurse.get("/?q=acdf").goes_to == f"/procedures/{FUSION}"
    content = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    client = let_in(serve(content))
    before = client.pdf(client.send()).body
    for tag, words in (("en", "synonyms: [pinched nerve]\nspecialty: Spine"), ("es", "synonyms: [cuello]")):
        handout = content / f"procedures/cervical-foraminotomy/handout.{tag}.yaml"
        handout.write_text(handout.read_text("utf-8").replace("\nnames:", f"\n{words}\nnames:"), "utf-8")
    for typed in ("pinched", "NERVE%20spine", "cuello"):
        assert client.get(f"/?q={typed}").goes_to == "/procedures/cervical-foraminotomy", typed
    assert "Cervical Foraminotomy Spine" in client.get("/").text
    assert client.pdf(client.send()).body == before


def test_what_is_not_found_says_so(nurse: Client) -> None:
    found = nurse.get("/?q=%3Cb%3Eknee")
    assert ids(found) == [] and "0 of 4 procedures Show all" in found.text and b"<b>knee" not in found.body


def test_a_favorite_is_first_also_in_another_session_and_can_be_taken_out(page: WebServer, nurse: Client) -> None:
    first = ids(nurse.get("/"))
    assert first[-1] != first[0] and "Favorites" not in nurse.get("/").text
    answer = nurse.post("/favorites", {"add": first[-1], "q": "", "typed": ""})
    cookie = str(answer.headers["Set-Cookie"])
    assert answer.goes_to == "/procedures"
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Max-Age" in cookie
    other = let_in(page)
    other.cookie += "; " + cookie.split(";")[0]
    assert ids(other.get("/")) == [first[-1], *first[:-1]]
    assert "Favorites" in other.get("/").text
    removed = other.post("/favorites", {"remove": first[-1]})
    assert str(removed.headers["Set-Cookie"]).split(";")[0] == "packets-favorites="


def test_a_favorite_must_be_a_procedure(nurse: Client) -> None:
    assert nurse.post("/favorites", {"add": "nothing"}).status == 404
    assert nurse.post("/favorites", {}).status == 404
    nurse.cookie += '; packets-favorites="..x.<b>.lumbar-laminectomy.lumbar-laminectomy"'
    assert ids(nurse.get("/"))[0] == "lumbar-laminectomy", "what is not a procedure is ignored"


def test_surgeons_of_today_and_of_the_files_are_suggested(serve: Serve, content: Path) -> None:
    days = [NOW]
    (content / "surgeons").mkdir()
    shutil.copy(Path(__file__).resolve().parents[1] / "surgeons/jane-sample.yaml", content / "surgeons")
    page = serve(content, now=lambda: days[0])
    client = let_in(page)
    address = "/procedures/cervical-foraminotomy"

    def suggested() -> list[str]:
        return re.findall(r'<option value="([^"]+)">', client.get(address).body.decode())

    assert suggested() == ["Dr. Jane Sample"]
    client.send(surgeon="Dr. Ada Lark")
    client.send(surgeon="Dr. Zoe Wrong", mrn="")
    assert suggested() == ["Dr. Ada Lark", "Dr. Jane Sample"], "a packet that was not made suggests nothing"
    assert 'list="surgeon-names"' in client.get(address).body.decode()
    client = let_in(page)
    assert suggested() == ["Dr. Ada Lark", "Dr. Jane Sample"], "also after the lock"
    days[0] += dt.timedelta(days=1)
    client = let_in(page)
    assert suggested() == ["Dr. Jane Sample"]


def test_another_procedure_keeps_what_was_typed_and_which_packet_was_handed_out(nurse: Client) -> None:
    made = nurse.send()
    nurse.pdf(made)
    (handed_out,) = re.findall(r'name="handed_out" value="([^"]+)"', made.body.decode())
    choice = nurse.get(nurse.post("/packets", FORM | {"do": "choose", "handed_out": handed_out}).goes_to)
    assert choice.status == 200
    (address,) = re.findall(rf'href="(/procedures/{FUSION}[^"]+)"', choice.body.decode())
    form = nurse.get(address).body.decode()
    assert f'name="handed_out" value="{handed_out}"' in form and 'value="Rosa Sample"' in form
    spanish = FORM | {"do": "choose", "language": "es"}
    choice = nurse.get(nurse.post("/packets", spanish).goes_to)
    (address,) = re.findall(r'href="(/procedures/lumbar-laminectomy[^"]+)"', choice.body.decode())
    other = nurse.get(address)
    expected = (
        "This handout is not available in the chosen language. Check whether another language will do for this patient."
    )
    assert other.status == 200 and f"{expected} A09" in other.text and value_of(other, "patient_name") == "Rosa Sample"
    assert 'name="language" value="en"' in other.body.decode()
    assert nurse.get("/?typed=gone").status == 200 and nurse.get(f"/procedures/{FUSION}?typed=gone").status == 410
    assert nurse.send("form").status == 400
