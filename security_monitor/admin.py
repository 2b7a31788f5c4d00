"""The desk in the staff console."""

from security_monitor import admin_cases as admin_cases
from security_monitor import admin_learning as admin_learning
from security_monitor import admin_log as admin_log
from security_monitor import admin_memory as admin_memory
from security_monitor import admin_rules as admin_rules
