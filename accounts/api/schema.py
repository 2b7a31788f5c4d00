"""How the generated OpenAPI document reads our views. What holds for all operations: config.schema."""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class HouseSchema(AutoSchema):
    def get_summary(self) -> str | None:
        """The first sentence of the handler's docstring, unless the view words its own."""
        given: str | None = super().get_summary()
        described = (self.get_description() or "").strip()
        return given or re.split(r"(?<=\.)\s|\n\n", described)[0].replace("\n", " ") or None

    def get_operation_id(self) -> str:
        """Method and path, so that no two operations share a name; views may choose their own."""
        words = self.path.removeprefix("/api/").replace("{", "").replace("}", "")
        return "_".join([self.method.lower(), *words.replace("-", "_").strip("/").split("/")])


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.api.authentication.SessionTokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
