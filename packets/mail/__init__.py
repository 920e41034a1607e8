"""Mail packets to their patients, each at most once.

One mail passes these stages, in this order. Everything a mail does is a step in the ledger first.

1. `outbox` opens a folder: its ledger and the registry of sent mail, under the folder's lock.
2. `candidates` pairs each packet with the schedule row it was made from (`web_outbox` and `web_entries` do the same
   for packets made in the web form).
3. `eligibility` (with `address` and `address_check`) looks for reasons to hold the packet itself, `history` for
   reasons in earlier mail; `holds` lists all reasons.
4. `queue` adds a message for every packet that is not held.
5. `send` repeats stage 3 for each queued message. It builds the message (`message`, `calendar_file`, `password`),
   checks the finished bytes independently (`precheck`), hands them to the relay (`smtp`), and records the outcome.
6. `decisions` is what a person decides afterwards: resolve, cancel, take back, purge.

`states` lists the states of a message and the legal steps; `mail_ledger` keeps the messages of one folder, `registry`
the mail sent from all folders.
"""
