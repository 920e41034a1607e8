"""Fill what a packet says about the clinic itself: telephone numbers, emergency advice, address and hours."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from packets.errors import InvalidInputError, Problem
from packets.model.case import Clinic
from packets.model.clinic_contact import Phone, T, Texts, text_in
from packets.model.filled_packet import (
    Booking,
    HelpStrip,
    Letterhead,
    ListBlock,
    NoticeBox,
    Paragraph,
    Span,
    Spans,
)
from packets.model.language import Language
from packets.model.text_direction import isolated


class ClinicContact(Struct, frozen=True):
    """The clinic, or the patient's site, in the packet's language."""

    clinic: Clinic
    language: Language
    own_signs: tuple[str, ...] = ()  # of an emergency, from the handout

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
        """Return words that lead to an address, followed by the address: nobody can click on paper."""
        address = link.removeprefix("https://").removeprefix("tel:").rstrip("/")
        phrase, name = ("web_link", "site") if link.startswith("https:") else ("call_link", "phone")
        same = words.casefold().removeprefix("https://").rstrip("/") == address.casefold()
        printed = isolated(address, self.language.tag)
        text = printed if same else f"{words} ({printed})"
        return Span(text, strong, link, self.language.say(phrase, **{name: address}))

    def emergency(self) -> Iterator[NoticeBox]:
        """Yield the box with the emergency number and the signs that call for it, if the clinic wrote them."""
        if call := self._emergency_call():
            signs = ListBlock(tuple((Span(sign),) for sign in self._signs()))
            yield NoticeBox(self.language.say("emergency"), (Paragraph(call), signs))

    def _emergency_call(self) -> Spans:
        """Return the sentence with the emergency number, empty if the clinic has no emergency advice."""
        advice = self.clinic.emergency
        if advice is None:
            return ()
        before, _, after = self.language.say("emergency_call", number="\0").partition("\0")
        title = self.language.say("call_link", phone=advice.number)
        number = Span(isolated(advice.number, self.language.tag), True, advice.link, title)
        return tuple(span for span in (Span(before, True), number, Span(after, True)) if span.text)

    def _signs(self) -> tuple[str, ...]:
        if self.clinic.emergency is None:
            return ()
        return (*self._text("when", self.clinic.emergency.when), *self.own_signs)

    def booking(self, heading: str, paragraphs: tuple[Spans, ...]) -> Booking:
        """Return how to book, with the clinic's own text."""
        phone, number, alt, caption = self._how_to_book()
        site = None if phone else self.web(self.clinic.booking_url)
        return Booking(heading, paragraphs, number, self.clinic.booking_link, alt, caption, site)

    def help_strip(self, heading: str, paragraphs: tuple[Spans, ...]) -> HelpStrip:
        """Return the strip at the bottom of page 1; the clinic's text about booking is in it if there is room."""
        phone, number, alt, caption = self._how_to_book()
        emergency = self._emergency_call()
        if emergency:
            words = "help_heading" if "help_heading" in self.language.patterns else "call_link"
            heading, paragraphs = self.language.say(words, phone=number.text), ()
        return HelpStrip(
            emergency=emergency,
            signs=tuple((Span(sign),) for sign in self._signs()),
            heading=heading,
            paragraphs=paragraphs,
            number=number,
            phones=tuple(self._other_phones()),
            site=None if phone else self.web(self.clinic.booking_url),
            qr_payload=self.clinic.booking_link,
            qr_alt=alt,
            qr_caption=caption,
        )

    def _how_to_book(self) -> tuple[Phone | None, Span, str, str]:
        """Return the phone that the QR code calls, or None, the number to print large, and the code's two texts."""
        clinic = self.clinic
        phone = clinic.booking_phone
        kind, values = ("call", {"phone": phone.number}) if phone else ("web", {"site": clinic.booking_url})
        alt, caption = self.language.say(f"qr_alt_{kind}", **values), self.language.say(f"qr_caption_{kind}")
        return phone, self.phone(phone or clinic.numbers[0], strong=True), alt, caption

    def letterhead(self) -> Iterator[Letterhead]:
        """Yield the letterhead, if the clinic has a name."""
        clinic = self.clinic
        if clinic.name:
            lines = (clinic.site_name, *clinic.address, isolated(clinic.numbers[0].number, self.language.tag))
            yield Letterhead(clinic.name, tuple(filter(None, lines)), clinic.logo)

    def _other_phones(self) -> Iterator[Spans]:
        """Yield every number after the first one, and the hours of the first."""
        for place, phone in enumerate(self.clinic.phones):
            label, hours = self._label_and_hours(phone)
            if place == 0 and hours:
                yield (Span(hours),)
            elif place:
                spans = [Span(f"{label}: ")] if label else []
                spans.append(self.phone(phone, strong=True))
                yield (*spans, Span(f" ({hours})")) if hours else tuple(spans)

    def about(self) -> Iterator[Paragraph]:
        """Yield the lines at the end of the packet: name and address, website and hours, then every number."""
        clinic = self.clinic
        if clinic.address or clinic.website or clinic.hours or clinic.site:
            spans = [Span(" · ".join(filter(None, (clinic.name, clinic.site_name, *clinic.address))))]
            if clinic.website:
                spans.append(self.web(clinic.website))
            if clinic.hours:
                spans.append(Span(self._text("hours", clinic.hours)))
            printed = [span for span in spans if span.text]
            separated = [part for span in printed for part in (Span(" · "), span)][1:]
            yield Paragraph(tuple(separated), small=True)
        for phone in clinic.phones:
            label, hours = self._label_and_hours(phone)
            if label or hours:
                parts = (Span(f"{label}: " if label else ""), self.phone(phone), Span(f" ({hours})" if hours else ""))
                yield Paragraph(tuple(part for part in parts if part.text), small=True)

    def _label_and_hours(self, phone: Phone) -> tuple[str, str]:
        label = self._text("label", phone.label) if phone.label else ""
        return label, self._text("hours", phone.hours) if phone.hours else ""

    def _text(self, field: str, texts: Texts[T]) -> T:
        """Return the text in the packet's language. Raise InvalidInputError (L60) if it has none: it cannot be
        left out."""
        text = text_in(texts, self.language.tag, self.clinic.language)
        if text is None:
            message = f'"{field}" is not written in "{self.language.tag}"'
            hint = f"Write it in clinic.yaml below {field}: as a line {self.language.tag}: …"
            raise InvalidInputError(Problem("L60", message, hint, "clinic.yaml"))
        return text
