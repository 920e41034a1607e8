"""Fill what a packet says about the clinic itself: telephone numbers, emergency advice, address and hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packets.errors import InvalidInputError, Problem
from packets.model.case import Clinic
from packets.model.clinic_contact import Phone, T, Texts, text_in
from packets.model.filled_packet import Figure, ListBlock, NoticeBox, Paragraph, Span
from packets.model.language import Language
from packets.model.text_direction import isolated


@dataclass(frozen=True, slots=True)
class ClinicContact:
    """The clinic, or the patient's site, in the packet's language."""

    clinic: Clinic
    language: Language

    def phone(self, phone: Phone, *, strong: bool = False) -> Span:
        title = self.language.say("call_link", phone=phone.number)
        return Span(isolated(phone.number, self.language.tag), strong, phone.link, title)

    def numbered(self, slot: str, *, strong: bool) -> Span:
        """Return the number of `phone`, the first one, or of `phone.<id>`."""
        _, _, phone_id = slot.partition(".")
        numbers = {phone.id: phone for phone in self.clinic.numbers}
        return self.phone(numbers[phone_id] if phone_id else self.clinic.numbers[0], strong=strong)

    def web(self, url: str) -> Span:
        address = url.removeprefix("https://").rstrip("/")
        title = self.language.say("web_link", site=address)
        return Span(isolated(address, self.language.tag), link=url, link_title=title)

    def linked(self, words: str, link: str, *, strong: bool = False) -> Span:
        """Return words that lead to an address, with the address behind them: nobody can click on paper."""
        address = link.removeprefix("https://").removeprefix("tel:").rstrip("/")
        phrase, name = ("web_link", "site") if link.startswith("https:") else ("call_link", "phone")
        same = words.casefold().removeprefix("https://").rstrip("/") == address.casefold()
        printed = isolated(address, self.language.tag)
        text = printed if same else f"{words} ({printed})"
        return Span(text, strong, link, self.language.say(phrase, **{name: address}))

    def logo(self) -> Iterator[Figure]:
        """Yield the clinic's logo; readers who cannot see it hear the clinic's name."""
        if self.clinic.logo is not None:
            yield Figure(self.clinic.logo, self.clinic.name, is_logo=True)

    def emergency(self) -> Iterator[NoticeBox]:
        """Yield the box with the emergency number and the signs that call for it, if the clinic wrote them."""
        advice = self.clinic.emergency
        if advice is None:
            return
        before, _, after = self.language.say("emergency_call", number="\0").partition("\0")
        title = self.language.say("call_link", phone=advice.number)
        number = Span(isolated(advice.number, self.language.tag), True, advice.link, title)
        call = Paragraph(tuple(span for span in (Span(before, True), number, Span(after, True)) if span.text))
        signs = ListBlock(tuple((Span(sign),) for sign in self._text("when", advice.when)))
        yield NoticeBox(self.language.say("emergency"), (call, signs))

    def about(self) -> Iterator[Paragraph]:
        """Yield the lines at the end of the packet: name and address, website and hours, then every number."""
        clinic = self.clinic
        if clinic.address or clinic.website or clinic.hours or clinic.site:
            spans = [Span(" · ".join(filter(None, (clinic.name, clinic.site_name, *clinic.address))))]
            if clinic.website:
                spans.append(self.web(clinic.website))
            if clinic.hours:
                spans.append(Span(self._text("hours", clinic.hours)))
            yield _paragraph(" · ", [span for span in spans if span.text])
        entries = []
        for phone in clinic.phones:
            label = self._text("label", phone.label) if phone.label else ""
            hours = self._text("hours", phone.hours) if phone.hours else ""
            if label or hours:
                parts = (f"{label}: " if label else "", self.phone(phone), f" ({hours})" if hours else "")
                entries.append([part if isinstance(part, Span) else Span(part) for part in parts if part])
        for entry in entries:
            yield _paragraph("", entry)

    def _text(self, field: str, texts: Texts[T]) -> T:
        """Return the text in the packet's language. Raise InvalidInputError (L60) if it has none: it cannot be
        left out."""
        text = text_in(texts, self.language.tag, self.clinic.language)
        if text is None:
            message = f'"{field}" is not written in "{self.language.tag}"'
            hint = f"Write it in clinic.yaml below {field}: as a line {self.language.tag}: …"
            raise InvalidInputError(Problem("L60", message, hint, "clinic.yaml"))
        return text


def _paragraph(separator: str, spans: list[Span]) -> Paragraph:
    joined = spans[:1]
    for span in spans[1:]:
        joined += [Span(separator), span] if separator else [span]
    return Paragraph(tuple(joined), small=True)
