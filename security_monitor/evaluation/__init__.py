"""How good the watch is, measured on labelled files by the code that scores bookings."""
