"""Fill a handout for one patient, or for a rack copy without a patient."""
