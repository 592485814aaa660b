"""``python -m resnet8doc``: every stage as a command."""

import sys


def main() -> None:
    """Run the command line; a user's mistake is said in a sentence, without a traceback."""
    try:
        from .cli import app
    except ModuleNotFoundError as error:
        sys.exit(
            f"error: the package {error.name} is not installed; expected what the pipeline runs on. "
            "Install it: pip install -e '.[frameworks]', or use nox -s run."
        )
    from .errors import UserError
    from .files import disk_error

    try:
        app()
    except UserError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        said = disk_error(error)
        if said is None:  # a defect, not the user's disk: whoever sees it needs the traceback
            raise
        sys.exit(f"error: {said}")


if __name__ == "__main__":
    main()
