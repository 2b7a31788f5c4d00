"""What the generated OpenAPI document adds to every operation: the problem shape and the house's headers."""


from drf_spectacular.openapi import AutoSchema


class HouseSchema(AutoSchema):
    pass
