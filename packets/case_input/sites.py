"""Choose the site of a packet: the settings of the place where the patient is treated."""

from __future__ import annotations

from packets.content.problems import listed
from packets.errors import InvalidInputError, Problem, UsageError
from packets.model.case import Clinic


def site_problem(site: str, ids: tuple[str, ...]) -> tuple[str, str, str] | None:
    """Return code, message and hint if `site` ("" means none was chosen) is not one of a clinic's sites."""
    if site in ids or not (site or ids):
        return None
    if not ids:
        return "C92", "this clinic has no sites", "Leave the site out, or add sites: to clinic.yaml."
    if not site:
        return "C90", "the site is missing", f"This clinic has several: {listed(ids)}."
    return "C91", "there is no site of this name", f"There are: {listed(ids, 'and')}."


def site_ids(clinic: Clinic) -> tuple[str, ...]:
    return tuple(place.site for place in clinic.sites)


def clinic_at(clinic: Clinic, site: str) -> Clinic:
    """Return the settings of the site. Raise InvalidInputError (C90 to C92) if it is missing or unknown."""
    if problem := site_problem(site, site_ids(clinic)):
        raise InvalidInputError(Problem(*problem, field="site"))
    return clinic.at(site)


def check_site_option(clinic: Clinic, site: str | None) -> str:
    """Return the site that was typed after --site. Raise UsageError (C90 to C92)."""
    if problem := site_problem(site or "", site_ids(clinic)):
        raise UsageError(Problem(*problem, "--site", field="site"))
    return site or ""
