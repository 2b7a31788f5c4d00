"""Account numbers at rest."""

from accounts.vault import Vault
from debts.errors import Reason

_NUMBERS = Vault(Reason.NUMBER_UNREADABLE)
sealed, opened, resealed = _NUMBERS.sealed, _NUMBERS.opened, _NUMBERS.resealed
