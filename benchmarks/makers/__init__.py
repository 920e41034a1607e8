"""The makers: each module's `maker(variant, data, folder)` returns a function that writes one patient's file."""
