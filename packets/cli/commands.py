"""List the commands with their lines in `--help`, so that listing them imports no command."""

from __future__ import annotations

COMMANDS = {
    "packet": "Make one patient's packet as a PDF.",
    "batch": "Make the packets of a surgery day and one print run.",
    "handout": "Make a blank copy of a handout for the rack, with lines to write dates on.",
    "explain": "Explain each recovery date: the source sentence, the rule and the arithmetic.",
    "verify": "Check that finished PDFs are complete, unchanged and consistent.",
    "check": "Check the content files and report every mistake.",
    "list": "List procedures, languages, status and review dates.",
    "new": "Write a commented starter file: a procedure, translation, language, surgeon, plan or source.",
    "preview": "Save the pages of a sample patient's packet as pictures.",
    "diff": "Show how two revisions of a handout differ for a patient.",
    "mail": "Mail the packets of a batch, each at most once.",
    "export": "Write the packets of a batch as HL7 v2 or FHIR documents for the record system.",
    "backup": "Write the folder of a batch, or of all batches, into one file.",
    "restore": "Restore a folder from a backup file.",
    "audit": "Check that nobody has changed the audit file of a ward server.",
    "serve": "Open the web form in a browser on this computer.",
}
