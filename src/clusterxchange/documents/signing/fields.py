"""Puts the empty fields into a file before anybody signs: later it could not be done without breaking its tags."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, String

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clusterxchange.documents.typesetting import Place

ARCHIVE: Final = "archive"
# Bit 1: there are signatures; bit 2: the file may only be added to. Set at once, or each comparison reports a change.
SIGNATURES_EXIST_APPEND_ONLY: Final = 3
PRINTED_AND_LOCKED: Final = 132


def with_fields(pdf: bytes, places: Iterable[Place]) -> bytes:
    """Return the file with one named field for each place and one without a place for the time stamp at the end.

    The same file gives the same bytes.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        made = [
            _field(document, document.pages[place.page - 1], place.field, place.label, place.corners)
            for place in places
        ]
        last = document.pages[-1]
        made.append(_field(document, last, ARCHIVE, "Time stamp of the archive", (0, 0, 0, 0)))
        document.Root.AcroForm = Dictionary(Fields=Array(made), SigFlags=SIGNATURES_EXIST_APPEND_ONLY)
        _tag(document, made)
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.preserve, deterministic_id=True)
        return out.getvalue()


def _field(
    document: pikepdf.Pdf, page: pikepdf.Page, name: str, label: str, corners: tuple[float, float, float, float]
) -> pikepdf.Object:
    left, bottom, right, top = (round(corner) for corner in corners)
    field = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(name),
            TU=String(label),
            Contents=String(label),
            Rect=Array([left, bottom, right, top]),
            F=PRINTED_AND_LOCKED,
            P=page.obj,
        )
    )
    if right > left:
        nothing = document.make_stream(
            b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, right - left, top - bottom]
        )
        field.AP = Dictionary(N=nothing)
    page.obj.Annots = Array([*page.obj.get("/Annots", Array()), field])
    page.obj.Tabs = Name.S
    return field


def _tag(document: pikepdf.Pdf, fields: Iterable[pikepdf.Object]) -> None:
    tree = document.Root.StructTreeRoot
    root = tree.K[0] if isinstance(tree.K, Array) else tree.K
    if not isinstance(root.K, Array):
        root.K = Array([root.K])
    numbers = pikepdf.NumberTree(tree.ParentTree)
    key = max([*numbers.keys(), int(tree.get("/ParentTreeNextKey", 0)) - 1]) + 1
    for field in fields:
        element = document.make_indirect(
            Dictionary(
                Type=Name.StructElem,
                S=Name.Form,
                P=root,
                Pg=field.P,
                Alt=field.TU,
                K=Dictionary(Type=Name.OBJR, Obj=field, Pg=field.P),
            )
        )
        root.K.append(element)
        field.StructParent = key
        numbers[key] = element
        key += 1
    tree.ParentTreeNextKey = key
