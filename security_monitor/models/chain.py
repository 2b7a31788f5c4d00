"""The chain over the audit trail, in tables of its own: it is added after the entry, never with it."""

from typing import Any

from django.db import models
from django.utils import timezone


class AuditSeal(models.Model):
    """One link: the entry at this place of the chain. Append-only; a trigger refuses all else."""

    seq = models.BigIntegerField(primary_key=True, help_text="1, 2, 3 ... without a gap")
    entry_id = models.UUIDField(unique=True, help_text="no foreign key: it must outlive the entry")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the entry with its MAC")
    hash = models.CharField(max_length=64, help_text="SHA-256 of the link before, seq and digest")

    def __str__(self) -> str:
        return f"#{self.seq}"


class AuditRoot(models.Model):
    """What the chain said at a moment, signed: a Merkle root over the links since the one before."""

    last_seq = models.BigIntegerField(primary_key=True)
    first_seq = models.BigIntegerField()
    hash = models.CharField(max_length=64, help_text="of the link at last_seq")
    merkle_root = models.CharField(max_length=64)
    signature = models.CharField(max_length=128, help_text="Ed25519 over the columns above")
    signed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"#{self.first_seq} to #{self.last_seq}"

    def statement(self) -> dict[str, Any]:
        return {
            "first_seq": self.first_seq,
            "last_seq": self.last_seq,
            "hash": self.hash,
            "merkle_root": self.merkle_root,
        }


class AuditHead(models.Model):
    """The end of the chain, one row. Whoever seals holds its lock, so that no two seal at once."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    newest_entry_id = models.UUIDField(null=True, help_text="greatest id among sealed entries")
    signature = models.CharField(max_length=128, blank=True)

    def __str__(self) -> str:
        return f"#{self.seq}"

    def statement(self) -> dict[str, Any]:
        return {"seq": self.seq, "hash": self.hash}


class RootsOut(models.Model):
    """How far the signed roots got on one way out of the house: file, mail or webhook."""

    way = models.CharField(max_length=7, primary_key=True)
    last_seq = models.BigIntegerField(default=0, help_text="of the last root that was taken")
    at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True, help_text="why the next was not taken")

    class Meta:
        verbose_name_plural = "roots handed out"

    def __str__(self) -> str:
        return f"{self.way} up to #{self.last_seq}"
