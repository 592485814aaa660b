"""``python -m resnet8doc``: every stage as a command."""

import sys


def main() -> None:
    """Run the command line; a user's mistake is said in a sentence, without a traceback."""
    try:
        from .cli import app
    except ModuleNotFoundError as error:
        sys.exit(_missing(error, "tools"))
    from .errors import UserError
    from .files import disk_error

    try:
        app()
    except UserError as error:
        sys.exit(f"error: {error}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "resnet8doc":  # a defect, not what is not installed
            raise
        sys.exit(_missing(error, "frameworks"))
    except OSError as error:
        said = disk_error(error)
        if said is None:  # a defect, not the user's disk: whoever sees it needs the traceback
            raise
        sys.exit(f"error: {said}")


def _missing(error: ModuleNotFoundError, extra: str) -> str:
    """Say which package a command needs and which of the project's extras brings it."""
    name = (error.name or "?").split(".")[0]
    what = {"tools": "what every command runs on", "frameworks": "what this command runs on"}[extra]
    return (
        f"error: the package {name} is not installed; expected {what}. "
        f"Install it: pip install 'resnet8doc[{extra}]', in a checkout pip install -e '.[{extra}]', or use nox -s run."
    )


if __name__ == "__main__":
    main()
