"""Put words of other languages into a packet, to test its pages without a translation.

The text is no translation: each English word is replaced by an arbitrary word of the language. Every kind of block is
set in the script, and nobody can mistake the text for content.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from packets.model.filled_packet import FilledPacket
from packets.model.picture import Picture

WORDS = {
    "ar": "الجراحة بعد المريض يوم الرقبة الطبيب من اتصل العيادة لا تقود السيارة راحة أسبوع ألم في هل؟",
    "hi": "सर्जरी के बाद मरीज़ डॉक्टर गर्दन क्लिनिक दर्द आराम सप्ताह क्षेत्र प्रक्रिया श्री हिन्दी।",
    "zh": "手术 以后 病人 医生 颈部 诊所 疼痛 休息 一周 请勿 开车， 电话 是否？",
    "el": "μετά χειρουργείο ασθενής γιατρός αυχένας κλινική πόνος ημέρα εβδομάδα όχι οδηγείτε",
    "vi": "phẫu thuật sau bệnh nhân bác sĩ cổ phòng khám đau nghỉ ngơi tuần không lái xe",
    "ru": "операция после пациент врач шея клиника боль покой неделя не водите объём",
}
_UNCHANGED_FIELDS = frozenset({"link", "language", "qr_payload", "kind"})


def in_language(packet: FilledPacket, language: str) -> FilledPacket:
    """Return the packet with each English word replaced by a word of the language, always the same one."""
    words = WORDS[language].split(" ")

    def replaced(text: str) -> str:
        return re.sub(r"[A-Za-z’]+", lambda match: words[sum(map(ord, match[0])) % len(words)], text)

    def with_replaced_text(part: Any, name: str = "") -> Any:
        if name in _UNCHANGED_FIELDS or isinstance(part, Picture):
            return part
        if isinstance(part, str):
            return replaced(part)
        if isinstance(part, tuple):
            return tuple(with_replaced_text(item, name) for item in part)
        if isinstance(part, Struct):
            texts = {field: with_replaced_text(getattr(part, field), field) for field in part.__struct_fields__}
            return replace(part, **texts)
        return part

    header_footer = replace(
        packet.header_footer,
        top_left=replaced(packet.header_footer.top_left),
        bottom_left=replaced(packet.header_footer.bottom_left),
        page_of=f"{words[3]} {{page}} / {{pages}}",
    )
    dates = tuple(replaced(date) for date in packet.dates)
    blocks = with_replaced_text(packet.blocks)
    return replace(packet, language=language, header_footer=header_footer, blocks=blocks, dates=dates)
