"""Find the picture that a content file names, beside that file, and read it."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path, PureWindowsPath

from packets.content.file_index import PICTURE_NAME
from packets.content.pictures.picture_errors import PictureError, PictureProblem
from packets.content.pictures.png import SIGNATURE, read_png
from packets.content.pictures.svg import read_svg
from packets.content.problems import ProblemCollector, did_you_mean
from packets.content.yaml.parser import Place
from packets.model.picture import Picture

MAX_BYTES = {".svg": 1_000_000, ".png": 8_000_000}
_CONVERT = "Convert it to PNG: open it in an image editor, and export it."


def read_picture(name: str, place: Place, problems: ProblemCollector) -> Picture | None:
    """Return the picture of this name beside the file of `problems`; None after reporting what is wrong with it."""
    try:
        path = _path(name, Path(problems.path).parent)
        return _decode(_bytes(path), path.suffix)
    except PictureError as error:
        for problem in error.problems:
            problems.add(problem.code, f"{name[:60]}: {problem.message}", place, problem.hint)
        return None


def _path(name: str, folder: Path) -> Path:
    """Return the path of a picture. Raise PictureError unless it is a file of this very folder."""
    outside = PictureProblem(
        "I01",
        "the picture is not in the folder of this file",
        f"Copy it there, and write only its name: {PureWindowsPath(name).name or 'slide.svg'}",
    )
    if re.search(r"[/\\:]", name) or name.startswith((".", "~")):
        raise PictureError(outside)
    if not re.fullmatch(PICTURE_NAME, name):
        raise PictureError(_other_name(name))
    path = folder / name
    if not path.is_file():
        there = (
            sorted(file.name for file in folder.iterdir() if re.fullmatch(PICTURE_NAME, file.name))
            if folder.is_dir()
            else []
        )
        hint = did_you_mean(name, there, "Copy it into the folder of this file.")
        raise PictureError(PictureProblem("I02", "there is no picture of this name here", hint))
    if path.resolve().parent != folder.resolve():  # a symbolic link
        raise PictureError(outside)
    return path


def _other_name(name: str) -> PictureProblem:
    suffix = Path(name).suffix.lower()
    if suffix in (".svg", ".png"):
        hint = "Use letters, digits, - and _, and end it with .svg or .png in small letters: heel-slide.svg"
        return PictureProblem("I13", "a picture cannot have this name", hint)
    hint = "Save it as plain SVG." if suffix in (".svgz", ".ai", ".eps", ".pdf") else _CONVERT
    return PictureProblem("I03", "only SVG and PNG files can be printed", hint)


def _bytes(path: Path) -> bytes:
    most = MAX_BYTES[path.suffix]
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError:
        raise PictureError(PictureProblem("I05", "the file cannot be read", "Correct its permissions.")) from None
    if len(data) > most:
        hint = "Simplify the drawing." if path.suffix == ".svg" else "Make it smaller in an image editor."
        raise PictureError(PictureProblem("I04", f"the file has more than {most // 1_000_000} million bytes", hint))
    return data


@lru_cache(maxsize=64)
def _decode(data: bytes, suffix: str) -> Picture:
    """Read a file by what is in it, which must be what its name says."""
    is_png, is_jpeg = data.startswith(SIGNATURE), data.startswith(b"\xff\xd8\xff")
    if is_jpeg or is_png != (suffix == ".png"):
        what = "a JPEG" if is_jpeg else "a PNG" if is_png else "not a PNG"
        hint = "Give it the name that ends with .png" if is_png else _CONVERT
        raise PictureError(PictureProblem("I14", f"the file is {what}, whatever its name says", hint))
    return read_png(data) if is_png else read_svg(data)
