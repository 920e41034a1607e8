"""List every kind of file that authors write, by name.

The tables define what the parser accepts (records.py), the editor's JSON Schema (json_schema.py) and the reference
page (reference.py). The format of a file is described nowhere else.
"""

from __future__ import annotations

from packets.content.schema.case_file import CASE
from packets.content.schema.clinic_file import CLINIC
from packets.content.schema.common_file import COMMON
from packets.content.schema.glossary_file import GLOSSARY
from packets.content.schema.handout_file import HANDOUT
from packets.content.schema.language_file import LANGUAGE_FILE
from packets.content.schema.mail_files import MAIL
from packets.content.schema.packet_file import PACKET_PLAN
from packets.content.schema.schedule_profile import SCHEDULE_PROFILE
from packets.content.schema.surgeon_file import SURGEON
from packets.content.schema.translation_files import COMMON_TRANSLATION, TRANSLATION
from packets.content.schema.ward_file import WARD

FILES = {
    "handout": HANDOUT,
    "common": COMMON,
    "packet": PACKET_PLAN,
    "clinic": CLINIC,
    "language": LANGUAGE_FILE,
    "case": CASE,
    "source": SCHEDULE_PROFILE,
    "glossary": GLOSSARY,
    "translation": TRANSLATION,
    "common-translation": COMMON_TRANSLATION,
    "mail": MAIL,
    "surgeon": SURGEON,
    "ward": WARD,
}
