"""What every refusal of the core has in common."""


class Refused(Exception):
    """Something was refused, and nothing has moved: the old state is as good as before."""


class OutOfProfile(Refused):
    """Valid MLS, perhaps, but of a kind that Ronde does not use: refused, never ignored."""
