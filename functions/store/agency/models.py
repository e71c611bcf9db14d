"""The ministry's own models of texts: ``models/{name}`` (store/models.py)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from functions.model import iso
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.models import MOST_BYTES, ModelName, TextModel, encode_model
from functions.store.port import StoreError, Write


class OddModelError(StoreError):
    """A model is there and cannot be used: it is as if there were none."""


class ModelDocuments(AgencyDocuments):
    """An agency's models."""

    def model(self, name: ModelName) -> bytes | None:
        """A model's bytes, as they were put; None where there is none.

        Raises:
            OddModelError: the document holds no bytes, or others than it says.
        """
        path = self._model_path(name)
        stored = self.store.get([path]).get(path)
        if stored is None:
            return None
        body, said = stored.data.get("body"), stored.data.get("sha256")
        if not isinstance(body, bytes) or len(body) > MOST_BYTES:
            raise OddModelError(f"models/{name} tidak memuat model; pasang ulang: kiprah model put")
        if hashlib.sha256(body).hexdigest() != said:
            raise OddModelError(f"models/{name} berubah isinya; pasang ulang: kiprah model put")
        return body

    def save_model(self, model: TextModel, now: datetime) -> None:
        """Put a model in the place of the one before. Putting the same again changes nothing."""
        path, body = self._model_path(model.name), encode_model(model)
        document = {
            "body": body,
            "sha256": hashlib.sha256(body).hexdigest(),
            "texts": model.texts,
            "f1": model.f1,
            "usable": model.usable,
        }
        held = self.store.get([path]).get(path)
        if held is None or {**held.data, "put_at": None} != {**document, "put_at": None}:
            self.store.write([Write(path, {**document, "put_at": iso(now)})])

    def drop_model(self, name: ModelName) -> bool:
        """Take a model away; returns whether there was one."""
        path = self._model_path(name)
        is_there = path in self.store.get([path])
        self.store.write([Write(path, mode="delete")])
        return is_there

    def _model_path(self, name: ModelName) -> str:
        return f"{self.root}/models/{key(name)}"
