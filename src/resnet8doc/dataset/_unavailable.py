"""Why a source did not answer."""


class UnavailableError(Exception):
    """A source that nobody named did not answer; the next one is tried, and the reason is kept for the report."""
