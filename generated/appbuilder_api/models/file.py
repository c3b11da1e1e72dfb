# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class File(Model):
    """A stored file."""

    id: str
    """`file-` and 15 digits."""

    bytes: int
    """The size in bytes."""

    object: str
    """Such as `file`."""

    purpose: str
    """The file's purpose, as given in its upload. Printed lists have the empty text."""

    create_at: int
    """When it was stored, in seconds, unlike all other times. Spelt so on the wire."""

    filename: str
    """The sanitized name of the upload: a sanitizer drops Chinese characters, controls and
    slashes,
    documented as Werkzeug's `secure_filename`. The name of a file of which nothing remains is
    not known. Two files may have one name.
    """

    classification_id: str = ""
    """The id of the application that the token belongs to."""

    censored: int = 0
    """How the audit stands, in queries and lists: -1 auditing, 0 not audited, 1 approved,
    2 rejected, 3 needs further audit, 4 failed by fault, 5 failed by timeout.
    """

    file_type: str = ""
    """The kind of file, in queries and lists: `image` and `document` were seen. It is no suffix
    and no media type; the server may know more words.
    """

    _fields: ClassVar[Fields] = (
        ("id", "id", ..., None),
        ("bytes", "bytes", ..., None),
        ("object", "object", ..., None),
        ("purpose", "purpose", ..., None),
        ("create_at", "create_at", ..., None),
        ("filename", "filename", ..., None),
        ("classification_id", "classification_id", "", ""),
        ("censored", "censored", 0, 0),
        ("file_type", "file_type", "", ""),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> File:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.id = data["id"]
        self.bytes = data["bytes"]
        self.object = data["object"]
        self.purpose = data["purpose"]
        self.create_at = data["create_at"]
        self.filename = data["filename"]
        self.classification_id = get("classification_id") or ""
        self.censored = get("censored") or 0
        self.file_type = get("file_type") or ""
        return self
