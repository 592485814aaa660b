"""``nox -s bench``: what the project promises to reach, measured, beside a peer measured in the same run."""
