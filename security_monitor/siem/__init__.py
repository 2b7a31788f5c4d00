"""The security log in the words of other programs: ECS and CEF. Plain Python, no database."""
