"""The books in the staff console."""

from ledger import admin_books as admin_books
from ledger import admin_imports as admin_imports
from ledger import admin_links as admin_links
from ledger import admin_recurring as admin_recurring
from ledger import admin_rules as admin_rules
from ledger import admin_suggestions as admin_suggestions
