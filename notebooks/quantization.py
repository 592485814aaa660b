import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Quantization playground", html_head_file="head.html")


@app.cell(hide_code=True)
def _():
    from functools import partial

    import marimo as mo

    import resnet8doc.playground as pg
    from resnet8doc.errors import UserError

    return UserError, mo, partial, pg


@app.cell(hide_code=True)
def _(mo, pg):
    _head = ""
    if not pg.IN_BROWSER and not pg.exporting():
        from resnet8doc.desk import page_head

        _head = page_head(mo.notebook_dir())
    mo.Html(_head)
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # Quantization playground

    ResNet8 on CIFAR-10, quantized to 8 bits, as it is computed: choose a picture and a layer, look at every number,
    follow one pixel through the arithmetic, change a scale or a rounding and see what it costs. The engine equals
    ONNX Runtime to the last bit on this model.
    """)
    return


@app.cell(hide_code=True)
def _(mo, pg):
    assets = pg.Assets(pg.locate(mo.notebook_location()))
    gallery = assets.gallery
    about = assets.json("about.json")
    initial, complaints = pg.from_query(mo.query_params().to_dict())
    return about, assets, complaints, gallery, initial


@app.cell(hide_code=True)
def _(complaints, initial, mo, pg):
    _lost = [part for part in (initial.model, initial.image) if part.startswith("own-")]
    _given = [
        f"This link needs a file of its author's, {part}, which never left their machine: give the same file below."
        for part in _lost
    ]
    mo.Html("".join([pg.note(sentence, "error") for sentence in complaints] + [pg.note(s) for s in _given]))
    return


@app.cell(hide_code=True)
def _(mo):
    files = mo.ui.file(filetypes=[".json", ".npz"], multiple=True, kind="button",
                       label="Open your own extraction (its .json and .npz)", max_size=20_000_000)  # fmt: skip
    own = mo.ui.file(filetypes=[".png", ".jpg", ".jpeg", ".webp"], kind="button", label="Use your own picture",
                     max_size=20_000_000)  # fmt: skip
    return files, own


@app.cell(hide_code=True)
def _(UserError, assets, files, mo, pg):
    float_graph = assets.graph(pg.FLOAT)
    graph, model_name, operations = assets.graph(pg.MODEL), pg.MODEL, assets.json(f"{pg.MODEL}_operations.json")
    _said = ""
    if files.value:
        try:
            _given = {file.name: file.contents for file in files.value}
            graph, operations = pg.own_graph(_given)  # a graph that runs, or a sentence
            model_name = pg.own_name(next(content for name, content in _given.items() if name.endswith(".json")))
            _said = pg.note(f"Your extraction {graph.name} ({graph.format}, {len(graph.nodes)} nodes) is open.")
        except UserError as error:
            _said = pg.note(f"{error} The playground goes on with {pg.MODEL}.", "error")
    mo.Html(_said)
    return float_graph, graph, model_name, operations


@app.cell(hide_code=True)
def _(gallery, initial, mo, pg):
    from resnet8doc.architecture import CLASSES

    kind = mo.ui.dropdown(["all", "right", "wrong", "changed"], value="all", label="The quantized answer is")
    named = mo.ui.dropdown(["all", *CLASSES], value="all", label="Class")
    _start = gallery.number(initial.image)
    start_label = pg.label(gallery, _start if _start is not None else 0)
    return CLASSES, kind, named, start_label


@app.cell(hide_code=True)
def _(gallery, kind, mo, named, pg, start_label):
    numbers = pg.choose(gallery, kind.value, named.value)
    _labels = {pg.label(gallery, number): number for number in numbers} or {pg.label(gallery, 0): 0}
    image = mo.ui.dropdown(_labels, value=start_label if start_label in _labels else next(iter(_labels)),
                           label="Test image")  # fmt: skip
    return image, numbers


@app.cell(hide_code=True)
def _(files, gallery, image, kind, mo, named, numbers, own, pg):
    _controls = [kind, named, mo.Html(pg.control("image", f"{image}")), own, files]
    mo.Html(
        "<h2 class=r8-head>Picture</h2>"
        + pg.gallery_html(gallery, numbers, image.value, "image")
        + f"{mo.hstack(_controls, justify='start', wrap=True)}"
    )
    return


@app.cell(hide_code=True)
async def _(UserError, gallery, image, mo, own, pg):
    picture, label, image_name, _said = gallery.images[image.value], int(gallery.labels[image.value]), "", ""
    if own.value:
        try:
            if pg.IN_BROWSER:
                import pyodide_js

                await pyodide_js.loadPackage("pillow")
            picture, _done = pg.read_picture(own.value[0].contents)
            label, image_name = None, pg.own_name(own.value[0].contents)
            _said = pg.note(" ".join(["Your picture is used.", *_done, "Its class is not known."]))
        except UserError as error:
            _said = pg.note(f"{error} The playground goes on with the test image.", "error")
    image_name = image_name or str(int(gallery.indices[image.value]))
    images = picture[None]
    mo.Html(_said)
    return image_name, images, label


@app.cell(hide_code=True)
def _(float_graph, graph, images, pg):
    original = pg.Run.of(graph, images)
    reference = pg.Run.of(float_graph, images)
    return original, reference


@app.cell(hide_code=True)
def _(UserError, float_graph, graph, initial, mo, model_name, pg):
    _edits, _said = initial.edits if model_name == initial.model else (), ""
    try:
        pg.apply(graph, float_graph, _edits)
    except UserError as error:
        _edits, _said = (), pg.note(f"The link's changes cannot be made: {error}", "error")
    get_edits, set_edits = mo.state(_edits)
    get_problem, set_problem = mo.state("")
    get_turn, set_turn = mo.state(0)  # counts undo and reset, after which the controls are made anew
    held = {"edits": _edits}  # what is changed now, for cells that must not run again when it changes
    mo.Html(_said)
    return get_edits, get_problem, get_turn, held, set_edits, set_problem, set_turn


@app.cell(hide_code=True)
def _(float_graph, get_edits, graph, held, original, pg):
    edits = get_edits()
    modified = pg.apply(graph, float_graph, edits)
    changed_run = pg.rerun(original, modified)
    held["edits"] = edits
    after = changed_run if edits else None
    return after, changed_run, edits, modified


@app.cell(hide_code=True)
def _(changed_run, original, pg, reference):
    comparison = pg.Comparison(reference, original, changed_run)
    return (comparison,)


@app.cell(hide_code=True)
def _(after, label, mo, original, pg, reference):
    mo.Html(
        "<h2 class=r8-head>Answer</h2>"
        + pg.probabilities_html({"float": reference, "quantized": original, "modified": after}, label)
    )
    return


@app.cell(hide_code=True)
def _(graph, initial, mo, pg):
    _names = pg.graph_nodes(graph)
    _fallback = "stack1_conv1" if "stack1_conv1" in _names else _names[0]
    node_name = mo.ui.dropdown(_names, value=initial.node if initial.node in _names else _fallback,
                               label="Layer or operation", searchable=False)  # fmt: skip
    paint = mo.ui.dropdown(["cumulative", "local", "modified"], value="cumulative", label="SQNR painted on the graph")
    pixel_text = mo.ui.text(value=",".join(map(str, initial.pixel)), label="Output pixel: channel,row,column")
    _said = "" if initial.node in _names else pg.note(f"The link names {initial.node}, which this model does not have.")
    mo.Html(_said)
    return node_name, paint, pixel_text


@app.cell(hide_code=True)
def _(graph, node_name):
    node = graph.node(node_name.value)
    return (node,)


@app.cell(hide_code=True)
def _(UserError, mo, node, original, pg, pixel_text):
    _shape, _said = pg.channels_shape(original.values[node.output]), ""
    try:
        pixel = pg.inside(pg.parse_pixel(pixel_text.value), _shape)
        if pixel != pg.parse_pixel(pixel_text.value):
            _said = pg.note(f"{node.output} is {list(_shape)}: the nearest pixel is {','.join(map(str, pixel))}.")
    except UserError as error:
        pixel, _said = (0, 0, 0), pg.note(str(error), "error")
    pixel_said = mo.Html(_said)
    return pixel, pixel_said


@app.cell(hide_code=True)
def _(comparison, graph, mo, node, node_name, paint, pg):
    _values = {entry.node: getattr(entry, paint.value, entry.cumulative) for entry in comparison.before}
    if paint.value == "modified":
        _values = comparison.after
    structure = pg.graph_svg(graph, node.name, "node", _values)
    mo.Html(
        "<h2 class=r8-head>Structure</h2>"
        + f"{mo.hstack([mo.Html(pg.control('node', f'{node_name}')), paint], justify='start', wrap=True)}"
        + f'<div class="r8-panes"><div tabindex="0" role="region" aria-label="Graph">{structure}</div>'
        + f'<div tabindex="0" role="region" aria-label="Tree">{pg.tree(graph, node.name, "node")}</div>'
        + f"<div>{pg.sqnr_html(comparison)}</div></div>"
    )
    return (structure,)


@app.cell(hide_code=True)
def _(after, mo, node, original, pg, pixel, pixel_said, pixel_text, reference):
    mo.Html(
        f"<h2 class=r8-head>What {node.name} puts out</h2>"
        "<p>Press a pixel to put it under the microscope.</p>"
        + pg.mosaics_html(node.output, reference, original, after, pixel, "pixel")
        + pg.control("pixel", f"{pixel_text}")
        + f"{pixel_said}"
        + pg.numbers_html(node.output, reference, original, after, pixel[0])
    )
    return


@app.cell(hide_code=True)
def _(edits, changed_run, mo, modified, node, original, pg, pixel):
    _parts = [("quantized", pg.microscope_html(original, node, pixel))]
    if edits:
        _how = modified.runtimes.get(node.name)
        _parts.append(("modified", pg.microscope_html(changed_run, modified.graph.node(node.name), pixel, _how)))
    mo.Html(
        "<h2 class=r8-head>Microscope</h2>"
        + "".join(f'<div data-r8-run="{name}"><h3 class=r8-head>{name}</h3>{body}</div>' for name, body in _parts)
    )
    return


@app.cell(hide_code=True)
def _(mo):
    mode = mo.ui.dropdown(["redesign", "fault", "arithmetic", "weights"], value="redesign", label="What to change")
    explained = {
        "redesign": "A tensor's scale or zero point, with its producer, all its consumers, weights and biases.",
        "fault": "One operator's own scales and zero points alone; stored codes are kept.",
        "arithmetic": "How operators round, saturate, accumulate and multiply.",
        "weights": "How many bits the weights have.",
    }
    return explained, mode


@app.cell(hide_code=True)
def _(graph, mo, mode, node, pg):
    _choices = pg.targets(graph, node, mode.value)
    target = mo.ui.dropdown(_choices, value=next(iter(_choices)), label="Where") if _choices else None
    return (target,)


@app.cell(hide_code=True)
def _(UserError, float_graph, get_turn, graph, held, mo, mode, partial, pg, set_edits, set_problem, target):
    get_turn()

    def change(field: str, value: str) -> None:
        """Make an edit; one that cannot be is said beside the controls, and the last good state is kept."""
        edit = pg.Edit(mode.value, target.value, field, value)
        try:
            pg.apply(graph, float_graph, pg.add(held["edits"], edit))
        except UserError as error:
            set_problem(str(error))
            return
        set_problem("")
        set_edits(lambda edits: pg.add(edits, edit))

    def slide(field: pg.Field, position: float) -> None:
        """Make the edit that a slider stands for."""
        change(field.name, field.written(position))

    # The controls are kept in a list, for marimo forgets those that nobody holds.
    made, controls = [], []
    for _field in pg.fields(graph, mode.value, target.value) if target is not None else ():
        _now = pg.value_now(held["edits"], mode.value, target.value, _field)
        if _field.choices:
            made.append(
                mo.ui.dropdown(_field.choices, value=_now, label=_field.label, on_change=partial(change, _field.name))
            )
            controls.append(pg.control(f"choice-{_field.name}", f"{made[-1]}"))
            continue
        if _field.slider:
            _how = {"debounce": True, "show_value": True, "on_change": partial(slide, _field)}
            made.append(mo.ui.slider(*_field.slider, value=_field.position(_now), label=_field.slider_label, **_how))
            controls.append(pg.control(f"slider-{_field.name}", f"{made[-1]}"))
        made.append(mo.ui.text(value=_now, label=_field.label, on_change=partial(change, _field.name)))
        controls.append(pg.control(f"exact-{_field.name}", f"{made[-1]}"))
    return controls, made


@app.cell(hide_code=True)
def _(mo, set_edits, set_problem, set_turn):
    def _undo(_: object) -> None:
        set_problem("")
        set_edits(lambda edits: edits[:-1])
        set_turn(lambda turn: turn + 1)

    def _reset(_: object) -> None:
        set_problem("")
        set_edits(())
        set_turn(lambda turn: turn + 1)

    undo = mo.ui.button(label="Undo", on_change=_undo)
    reset = mo.ui.button(label="Reset", on_change=_reset)
    measure = mo.ui.run_button(label="Accuracy on the batch of 100")
    return measure, reset, undo


@app.cell(hide_code=True)
def _(comparison, controls, edits, explained, get_problem, measure, mo, mode, pg, reset, target, undo):
    _list = "".join(f"<li>{pg.text(edit)}</li>" for edit in edits)
    mo.Html(
        "<h2 class=r8-head>Change something</h2>"
        + pg.control("mode", f"{mode}")
        + f" <small>{explained[mode.value]}</small> "
        + (
            pg.control("where", f"{target}")
            if target is not None
            else pg.note("This operator has nothing of the kind.")
        )
        + f'<div class="r8-controls">{"".join(controls)}</div>'
        + (pg.note(get_problem(), "error") if get_problem() else "")
        + (
            f'<ol data-r8-edits="{len(edits)}">{_list}</ol>'
            if edits
            else '<p data-r8-edits="0">Nothing is changed.</p>'
        )
        + f"{mo.hstack([undo, reset, measure], justify='start')}"
        + pg.comparison_html(comparison, edits)
    )
    return


@app.cell(hide_code=True)
def _(gallery, graph, measure, mo, modified, pg):
    mo.stop(not measure.value)
    _right = pg.accuracy(graph, modified, gallery.images[: gallery.batch], gallery.labels[: gallery.batch])
    mo.Html(
        f'<p class="r8-result" data-r8-accuracy="{_right[0]},{_right[1]}">Of {gallery.batch} images, ten a class, '
        f"the quantized network gets {_right[0]} right, the modified one {_right[1]}.</p>"
    )
    return


@app.cell(hide_code=True)
def _(float_graph, graph, mo, node, pg):
    mo.Html(f"<h2 class=r8-head>What is stored for {node.name}</h2>" + pg.layer_html(graph, node, float_graph))
    return


@app.cell(hide_code=True)
def _(assets, mo, model_name, node, original, pg, reference):
    _measured = assets.json("activations.json") if model_name == pg.MODEL else {}
    mo.Html(
        f"<h2 class=r8-head>The range of {node.output}</h2>"
        + pg.histogram_html(node.output, _measured.get(node.output), original, reference)
    )
    return


@app.cell(hide_code=True)
def _(mo):
    live = mo.ui.run_button(label="Measure it here, on 10 images")
    return (live,)


@app.cell(hide_code=True)
def _(assets, float_graph, gallery, graph, live, mo, model_name, pg):
    from resnet8doc.analysis.sensitivity import sensitivity

    _parts = []
    if model_name == pg.MODEL:
        _parts.append(pg.sensitivity_html(assets.json("sensitivity.json"), "Measured by the build, on the test images"))
    if live.value:
        _few = sensitivity(graph, float_graph, gallery.images[:10], gallery.labels[:10], progress=False)
        _parts.append(pg.sensitivity_html(_few, "Measured here"))
    mo.Html("<h2 class=r8-head>Which layers cost accuracy</h2>" + f"{live}" + "".join(_parts))
    return


@app.cell(hide_code=True)
def _(mo, pg):
    folder, again = None, None
    if not pg.IN_BROWSER:
        from resnet8doc.workspace import build_folder

        folder = mo.ui.text(value=str(build_folder() / "models"), label="Folder of models", full_width=True)
        again = mo.ui.button(value=0, on_click=lambda count: count + 1, label="Load them again")
    return again, folder


@app.cell(hide_code=True)
def _(again, folder, images, label, mo, pg):
    _shown = ""
    if folder is not None and not pg.exporting():
        from pathlib import Path

        from resnet8doc import desk

        _rows, _problems = [], []
        for _name, _path in desk.models(Path(folder.value)).items():
            try:
                _answer, _backend = desk.probabilities(_path, images)[0], desk.load(_path).backend
            except pg.UserError as error:
                _problems.append(pg.note(str(error), "error"))
                continue
            _rows.append(pg.answer_row(_name, _backend, _answer, label))
        _shown = (
            "<h2 class=r8-head>At the desk: the frameworks, live</h2>"
            + f'{mo.hstack([folder, again])}<div data-r8-loads="{again.value}">'
            + pg.table(_rows, f"Models in {folder.value}, on this picture")
            + f"{''.join(_problems)}</div>"
        )
    mo.Html(_shown)
    return


@app.cell(hide_code=True)
def _(edits, image_name, mo, model_name, node, pg, pixel):
    _query, _params = pg.State(model_name, image_name, node.name, pixel, edits).to_query(), mo.query_params()
    for _key in pg.KEYS:
        if _key in _query and _params.get(_key) != _query[_key]:
            _params.set(_key, _query[_key])
        elif _key not in _query and _params.get(_key) is not None:
            _params.remove(_key)
    mo.Html(
        "<h2 class=r8-head>Take it along</h2>"
        "<p>The page's address holds all of this: copy it to share what you see.</p>"
    )
    return


@app.cell(hide_code=True)
def _(after, mo, modified, node, operations, original, pg, reference, structure):
    # Not one of the cell's own names: marimo forgets those after the cell, and a file is made when it is asked for.
    runs = {"float": reference, "quantized": original, "modified": after}
    mo.hstack(
        [
            mo.download(
                lambda: pg.extraction(operations, modified),
                "extraction.zip",
                "application/zip",
                label="Modified extraction",
            ),
            mo.download(lambda: pg.captured(runs), "tensors.npz", "application/octet-stream", label="All tensors"),
            mo.download(
                lambda: pg.figures(node.output, runs, structure), "figures.zip", "application/zip", label="Figures"
            ),
        ],
        justify="start",
        wrap=True,
    )
    return (runs,)


@app.cell(hide_code=True)
def _(about, mo, pg):
    mo.Html(
        f'<p data-r8-live="{"browser" if pg.IN_BROWSER else "build"}">'
        + " · ".join(f"{pg.text(key)}: {pg.text(value)}" for key, value in about.items())
        + "</p>"
    )
    return


if __name__ == "__main__":
    app.run()
