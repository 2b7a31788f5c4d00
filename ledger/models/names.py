"""What money was for, who gave or took it, and the words on it: categories, payees, tags."""

from django.db import models

from accounts.ownership import Owned


class CategoryKind(models.TextChoices):
    INCOME = "income"
    EXPENSE = "expense"


class Category(Owned):
    """What money was for. A tree: groups are categories that have children."""

    name = models.CharField(max_length=100)
    name_key = models.CharField(
        max_length=100, editable=False, help_text="case-folded, unique per owner"
    )
    kind = models.CharField(max_length=7, choices=CategoryKind, default=CategoryKind.EXPENSE)
    parent = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="children"
    )
    archived = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(fields=["user", "name_key"], name="category_names_differ"),
        ]

    def __str__(self) -> str:
        return self.name


class Payee(Owned):
    """Whom the owner pays or is paid by, under the name that the owner sees."""

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name_key"], name="payee_names_differ")
        ]

    def __str__(self) -> str:
        return self.name


class PayeeAlias(Owned):
    """A name that a bank or a merged payee once had, and who it means now."""

    name_key = models.CharField(max_length=200)
    payee = models.ForeignKey(Payee, models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name_plural = "payee aliases"
        constraints = [models.UniqueConstraint(fields=["user", "name_key"], name="aliases_differ")]

    def __str__(self) -> str:
        return self.name_key


class Tag(Owned):
    """A word that the owner puts on transactions across categories."""

    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=60, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name_key"], name="tag_names_differ")
        ]

    def __str__(self) -> str:
        return self.name
