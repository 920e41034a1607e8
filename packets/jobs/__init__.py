"""A day's packets: the only home of sqlite3, of worker processes and of the ledger of what was made."""
