"""Read surgery schedules (CSV and Excel) into rows of cases."""
