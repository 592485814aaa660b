"""The commands, gathered."""

import typer

from . import _build, _gates, _probes, _proofs, _record, _specification, _stages, _tools, _train

app = typer.Typer(
    name="resnet8doc",
    help=(
        "An executable, proven specification of a quantized ResNet8.\n\n"
        "Each command first makes what it needs and what is missing, in build/. `build` makes everything."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_build.register(app)
_train.register(app)
_stages.register(app)
_tools.register(app)
_proofs.register(app)
_gates.register(app)
_specification.register(app)
_probes.register(app)
_record.register(app)
