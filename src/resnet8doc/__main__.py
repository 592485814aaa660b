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

    try:
        app()
    except UserError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
