import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Quantization playground", html_head_file="head.html")


@app.cell(hide_code=True)
def _():
    from functools import partial

    import marimo as mo

    import resnet8doc.playground as pg
    from resnet8doc.errors import UserError

    def show(html: str) -> mo.Html:
        """Show HTML; marimo's messages to the page know plain text alone."""
        return mo.Html(str(html))

    return UserError, mo, partial, pg, show


@app.cell(hide_code=True)
def _(mo, pg, show):
    _head = ""
    if not pg.IN_BROWSER and not pg.exporting():
        from resnet8doc.desk import page_head

        _head = page_head(mo.notebook_dir())
    show(_head)
    return


@app.cell(hide_code=True)
def _(mo, pg):
    assets = pg.Assets(pg.locate(mo.notebook_location()))
    gallery = assets.gallery
    about = assets.json("about.json")
    initial, complaints = pg.from_query(mo.query_params().to_dict())
    given = pg.given_by(mo.query_params().to_dict())  # a network that lies beside the page
    get_start, set_start = mo.state(initial)  # what the controls begin with: the address, later a lesson
    return about, assets, complaints, gallery, get_start, given, initial, set_start


@app.cell(hide_code=True)
def _(mo):
    files = mo.ui.file(filetypes=[".onnx", ".tflite", ".json", ".npz"], multiple=True, kind="button",
                       label="Open your own network (.onnx, .tflite, or an extraction's .json and .npz)",
                       max_size=200_000_000)  # fmt: skip
    own = mo.ui.file(filetypes=[".png", ".jpg", ".jpeg", ".webp", ".npy", ".npz"], kind="button",
                     label="Use your own picture or .npy", max_size=64_000_000)  # fmt: skip
    return files, own


@app.cell(hide_code=True)
def _(pg):
    async def bring(*packages: str) -> None:
        """Load what only a reader's own file needs."""
        if pg.IN_BROWSER:
            import pyodide_js

            await pyodide_js.loadPackage(list(packages))

    return (bring,)


@app.cell(hide_code=True)
async def _(UserError, assets, bring, files, given, pg):
    float_graph, network = assets.graph(pg.FLOAT), None
    graph, model_name, operations = assets.graph(pg.MODEL), pg.MODEL, assets.json(f"{pg.MODEL}_operations.json")
    model_said = ""
    if files.value or given.network:
        try:
            await bring("resnet8doc-readers")
            _files = {file.name: file.contents for file in files.value} or pg.given_files(assets, given)
            network = pg.own_network(_files)  # it runs, or a sentence
            graph, model_name, operations = network.graph, network.name, network.operations
            model_said = pg.note(network.said)
        except UserError as error:
            model_said = pg.note(f"{error} The playground goes on with {pg.MODEL}.", "error")
    if not pg.sorts_pictures(graph):
        float_graph = None
    return float_graph, graph, model_name, model_said, network, operations


@app.cell(hide_code=True)
def _(gallery, initial, mo, pg):
    from resnet8doc.architecture import CLASSES

    kind = mo.ui.dropdown(["all", "right", "wrong", "changed"], value="all", label="The quantized answer is")
    named = mo.ui.dropdown(["all", *CLASSES], value="all", label="Class")
    _start = gallery.number(initial.image)
    start_label = pg.label(gallery, _start if _start is not None else 0)
    return kind, named, start_label


@app.cell(hide_code=True)
def _(gallery, kind, mo, named, pg, start_label):
    numbers = pg.choose(gallery, kind.value, named.value)
    _labels = {pg.label(gallery, number): number for number in numbers} or {pg.label(gallery, 0): 0}
    image = mo.ui.dropdown(_labels, value=start_label if start_label in _labels else next(iter(_labels)),
                           label="Picture")  # fmt: skip
    return image, numbers


@app.cell(hide_code=True)
async def _(UserError, assets, bring, gallery, given, graph, image, network, own, pg):
    images, label, image_name, picture_said = (
        gallery.images[image.value][None],
        int(gallery.labels[image.value]),
        "",
        "",
    )
    original = network.run if network is not None and not pg.sorts_pictures(graph) else None
    try:
        _name, _content = (own.value[0].name, own.value[0].contents) if own.value else pg.given_item(
            assets, given, network)  # fmt: skip
        _array = _name.lower().endswith((".npy", ".npz"))
        if _name and pg.sorts_pictures(graph) and not _array:
            await bring("pillow")
            _picture, _done = pg.read_picture(_content)
            _fed, _said = _picture[None], " ".join(["Your picture is used.", *_done, "Its class is not known."])
        elif _name:
            await bring("resnet8doc-readers", *([] if _array else ["pillow"]))
            _fed, _said = pg.own_feeds(graph, _name, _content)
        if _name:
            original = pg.run_of(graph, _fed)  # it runs, or a sentence
            images, label, image_name, picture_said = _fed, None, pg.own_name(_content), pg.note(_said)
    except UserError as error:
        picture_said = pg.note(f"{error} The playground goes on with what it was fed before.", "error")
    if original is None:
        original = pg.run_of(graph, images)
    if not pg.sorts_pictures(graph):
        label = None
    image_name = image_name or str(int(gallery.indices[image.value]))
    return image_name, images, label, original, picture_said


@app.cell(hide_code=True)
def _(float_graph, images, original, pg):
    reference = None
    if float_graph is not None:
        reference = pg.Run.of(float_graph, {float_graph.inputs[0].name: original.values[original.graph.inputs[0].name]})
    return (reference,)


@app.cell(hide_code=True)
def _(UserError, float_graph, graph, initial, mo, model_name, pg):
    _edits, edits_said = initial.edits if model_name == initial.model else (), ""
    _visit = pg.visit(initial.lesson) if model_name == pg.MODEL else None
    if _visit is not None and not _edits:
        _edits = _visit.state.edits
    try:
        pg.apply(graph, float_graph, _edits)
    except UserError as error:
        _edits, edits_said = (), pg.note(f"The link's changes cannot be made: {error}", "error")
    get_edits, set_edits = mo.state(_edits)
    get_problem, set_problem = mo.state("")
    get_turn, set_turn = mo.state(0)  # counts undo and reset, after which the controls are made anew
    held = {"edits": _edits}  # what is changed now, for cells that must not run again when it changes
    return edits_said, get_edits, get_problem, get_turn, held, set_edits, set_problem, set_turn


@app.cell(hide_code=True)
def _(get_start, graph, mo, pg):
    _known = pg.sides(graph)
    _titles, _start = {key: title for title, key in _known.items()}, get_start()
    _first, _second = _titles.get(_start.a), _titles.get(_start.b)
    choose_a = mo.ui.dropdown(_known, value=_titles[pg.side_of(graph, _start.a)], label="A")
    choose_b = mo.ui.dropdown(_known, value=_second or _titles[pg.EDITED], label="B")
    sides_said = pg.joined(
        pg.note(f"The link names an arithmetic {key!r}, which is not known; the usual one is used.", "error")
        for key, title in ((_start.a, _first), (_start.b, _second))
        if title is None
    )
    return choose_a, choose_b, sides_said


@app.cell(hide_code=True)
def _(choose_a, choose_b, float_graph, get_edits, graph, held, original, pg):
    edits = get_edits()
    held["edits"] = edits
    modified = pg.apply(graph, float_graph, edits)
    side_a, side_b = (pg.side(chosen.value, graph, float_graph, edits) for chosen in (choose_a, choose_b))
    run_a, run_b = side_a.run(original), side_b.run(original)
    same = side_a.key == side_b.key or (side_a.key == graph.runtime.name and side_b.key == pg.EDITED and not edits)
    after = None if same else run_b
    return after, edits, modified, run_a, run_b, side_a, side_b


@app.cell(hide_code=True)
def _(pg, reference, run_a, run_b):
    comparison = pg.Comparison(reference, run_a, run_b)
    return (comparison,)


@app.cell(hide_code=True)
def _(get_start, graph, mo, pg):
    _names, _start = pg.graph_nodes(graph), get_start()
    _fallback = "stack1_conv1" if "stack1_conv1" in _names else _names[0]
    node_name = mo.ui.dropdown(_names, value=_start.node if _start.node in _names else _fallback,
                               label="Layer", searchable=False)  # fmt: skip
    paint = mo.ui.dropdown(["cumulative", "local", "modified"], value="cumulative", label="SQNR painted on the graph")
    pixel_text = mo.ui.text(value=",".join(map(str, _start.pixel)), label="channel,row,column")
    channel = mo.ui.text(value="", label="Input channel drawn")
    node_said = (
        "" if _start.node in _names else pg.note(f"The link names {_start.node}, which this model does not have.")
    )
    return channel, node_name, node_said, paint, pixel_text


@app.cell(hide_code=True)
def _(graph, node_name):
    node = graph.node(node_name.value)
    return (node,)


@app.cell(hide_code=True)
def _(UserError, node, original, pg, pixel_text):
    _shape, pixel_said = pg.channels_shape(original.values[node.output]), ""
    try:
        pixel = pg.inside(pg.parse_pixel(pixel_text.value), _shape)
        if pixel != pg.parse_pixel(pixel_text.value):
            pixel_said = pg.note(f"{node.output} is {list(_shape)}: the nearest pixel is {','.join(map(str, pixel))}.")
    except UserError as error:
        pixel, pixel_said = (0, 0, 0), pg.note(str(error), "error")
    return pixel, pixel_said


@app.cell(hide_code=True)
def _(initial, mo, model_name, pg, set_edits, set_problem, set_start, set_turn):
    _titles = {"none": "", **{visit.title: visit.key for visit in pg.LESSONS if model_name == pg.MODEL}}
    _start = next((title for title, key in _titles.items() if key == initial.lesson), "none")

    def _go(key: str) -> None:
        """Show what a lesson is about: its operator, its pixel, its mistake."""
        visit = pg.visit(key)
        state = visit.state if visit else pg.State()
        set_problem("")
        set_start(state)
        set_edits(state.edits)
        set_turn(lambda turn: turn + 1)

    lesson = mo.ui.dropdown(_titles, value=_start, label="Lesson", on_change=_go)
    return (lesson,)


@app.cell(hide_code=True)
def _(choose_a, choose_b, image, lesson, pg, show):
    show(
        pg.pane(
            "top",
            pg.Markup("<h1 class=r8-title>Quantization playground</h1>"),
            pg.control("image", image), pg.control("a", choose_a), pg.control("b", choose_b),
            pg.control("lesson", lesson), pg.tabs(), label="What is shown",
        )
    )  # fmt: skip
    return


@app.cell(hide_code=True)
def _(comparison, graph, node, node_name, paint, pg, show):
    _values = {entry.node: getattr(entry, paint.value, entry.cumulative) for entry in comparison.before}
    if paint.value == "modified":
        _values = comparison.after
    structure = pg.graph_svg(graph, node.name, "node", _values, differ=pg.differing(comparison))
    show(
        pg.pane(
            "left", pg.control("node", node_name), structure, pg.strip_html(comparison, node.name), pg.live(paint),
            label="Structure",
        )
    )  # fmt: skip
    return (structure,)


@app.cell(hide_code=True)
def _(
    after, channel, comparison, complaints, edits_said, image_name, initial, model_name, model_said, node, node_said,
    pg, picture_said, pixel, pixel_said, pixel_text, reference, run_a, run_b, show, side_a, side_b, sides_said,
):  # fmt: skip
    _asked = (initial.model, initial.image)
    _lost = [part for part in _asked if part.startswith("own-") and part not in (model_name, image_name)]
    _notes = [pg.note(sentence, "error") for sentence in complaints]
    _notes += [
        pg.note(f"This link needs a file of its author's, {part}, which never left their machine: give the same file.")
        for part in _lost
    ]
    _a, _b = run_a.values[node.output], run_b.values[node.output]
    _found = next((entry for entry in comparison.differences if entry.node == node.name), None)
    _gaps = _b.astype(float) - _a.astype(float)
    _differ = pg.differ_html(_found, pg.next_difference(_a, _b, pixel), "pixel", _gaps) if after else ""
    _nodes = (node, run_b.graph.node(node.name))
    _how = (side_a.runtime_of(node.name), side_b.runtime_of(node.name))
    _step, _parting = pg.parting((run_a, run_b), _nodes, pixel, _how) if after else (0, "")
    _shown = [("quantized", "A", run_a, _nodes[0], _how[0])]
    if after:
        _shown.append(("modified", "B", run_b, _nodes[1], _how[1]))
    _chosen = int(channel.value) if channel.value.isdecimal() else None
    _drawn = [
        pg.Markup('<div data-r8-run="{}">{}{}</div>').format(
            name,
            pg.heading(f"{short}: {side.title}", 3) if after else "",
            pg.microscope_html(run, one, pixel, how, chosen=_chosen, control="channel", parts_at=_step, name=name),
        )
        for (name, short, run, one, how), side in zip(_shown, (side_a, side_b), strict=False)
    ]
    show(
        pg.pane(
            "middle", *_notes, model_said, picture_said, edits_said, sides_said, node_said,
            pg.row(pg.heading(f"What {node.name} puts out"), _differ),
            pg.maps_html(node.output, pg.float_of(reference, run_a, node.output), run_a, run_b, pixel, "pixel",
                         (side_a.title, side_b.title)),
            pg.row(pg.Markup("<small>Press a pixel, or write it:</small>"), pg.control("pixel", pixel_text),
                   pg.control("channel", channel)), pixel_said, _parting, *_drawn,
            label="Maps and microscope",
        )
    )  # fmt: skip
    return


@app.cell(hide_code=True)
def _(mo):
    mode = mo.ui.dropdown(["redesign", "fault", "arithmetic", "weights"], value="redesign", label="What to change")
    explained = {
        "redesign": "A tensor's scale or zero point; all that read it follow, weights and biases too.",
        "fault": "One operator's own scales and zero points alone; stored codes are kept.",
        "arithmetic": "A mistake in how operators round, saturate, accumulate or multiply.",
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
            controls.append(pg.control(f"choice-{_field.name}", made[-1]))
            continue
        if _field.slider:
            _how = {"debounce": True, "show_value": True, "on_change": partial(slide, _field)}
            made.append(mo.ui.slider(*_field.slider, value=_field.position(_now), label=_field.slider_label, **_how))
            controls.append(pg.control(f"slider-{_field.name}", made[-1]))
        made.append(mo.ui.text(value=_now, label=_field.label, on_change=partial(change, _field.name)))
        controls.append(pg.control(f"exact-{_field.name}", made[-1]))
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
def _(gallery, graph, measure, pg, side_a, side_b):
    measured = ""
    if measure.value and not pg.sorts_pictures(graph):
        measured = pg.note("The batch is of test images with their classes, which this network does not sort.")
    elif measure.value:
        _batch = pg.batch(graph, side_a, side_b, gallery.images[: gallery.batch], gallery.labels[: gallery.batch])
        measured = pg.batch_html(_batch, gallery, "image")
    return (measured,)


@app.cell(hide_code=True)
def _(
    after, comparison, controls, edits, explained, get_problem, label, lesson, measure, measured, mode, node, pg,
    reference, reset, run_a, show, target, undo,
):  # fmt: skip
    _runs = {"float": reference, "quantized": run_a, "modified": after}
    show(
        pg.pane(
            "right", pg.visit_html(pg.visit(lesson.value), node, "node"),
            pg.heading("Effect"), pg.effect_html(comparison, _runs, label),
            pg.row(measure), measured,
            pg.heading("Change"),
            pg.row(pg.control("mode", mode), pg.control("where", target) if target is not None else ""),
            pg.Markup("<small>{}</small>").format(explained[mode.value]),
            "" if target is not None else pg.note("This operator has nothing of the kind."),
            pg.note(get_problem(), "error") if get_problem() else "",
            pg.Markup('<div class="r8-controls">{}</div>').format(pg.joined(controls)),
            pg.edits_html(edits), pg.row(undo, reset),
            pg.lessons_html(edits, run_a.graph, comparison.first is not None),
            label="Change and effect",
        )
    )  # fmt: skip
    return


@app.cell(hide_code=True)
def _(about, pg, show):
    # What stands below is not in sight until a reader asks for it: the page is live here.
    show(
        pg.Markup('<p class="r8-about" data-r8-live="{}">{}</p>').format(
            "browser" if pg.IN_BROWSER else "build", " · ".join(f"{key}: {value}" for key, value in about.items())
        )
    )
    return


@app.cell(hide_code=True)
def _(edits, image_name, lesson, mo, model_name, node, pg, pixel, side_a, side_b):
    _state = pg.State(model_name, image_name, node.name, pixel, edits, side_a.key, side_b.key, lesson.value)
    _query, _params = _state.to_query(), mo.query_params()
    for _key in pg.KEYS:
        if _key in _query and _params.get(_key) != _query[_key]:
            _params.set(_key, _query[_key])
        elif _key not in _query and _params.get(_key) is not None:
            _params.remove(_key)
    return


@app.cell(hide_code=True)
def _(gallery, graph, image, kind, named, numbers, own, pg, show):
    _shown = pg.gallery_html(gallery, numbers, image.value, "image")
    if not pg.sorts_pictures(graph):
        _shown = pg.note(f"{graph.name} does not take the test images: give it {pg.wanted(graph)}.")
    show(pg.pane("pictures", pg.heading("Pictures"), pg.row(kind, named, own), _shown, label="Pictures"))
    return


@app.cell(hide_code=True)
def _(after, comparison, node, pg, pixel, reference, run_a, show):
    _runs = {"float": reference, "A": run_a, "B": after}
    show(
        pg.pane(
            "numbers", pg.heading(f"{node.name} in numbers"),
            pg.numbers_html(node.output, reference, run_a, after, pixel[0]),
            pg.classes_html(_runs), pg.sqnr_html(comparison), pg.comparison_html(comparison), label="Numbers",
        )
    )  # fmt: skip
    return


@app.cell(hide_code=True)
def _(assets, float_graph, graph, model_name, node, original, pg, reference, show):
    _measured = assets.json("activations.json") if model_name == pg.MODEL else {}
    show(
        pg.pane(
            "stored", pg.heading(f"What is stored for {node.name}"), pg.layer_html(graph, node, float_graph),
            pg.heading(f"The range of {node.output}"),
            pg.histogram_html(node.output, _measured.get(node.output), original, reference),
            pg.heading("The network as a tree"), pg.tree(graph, node.name, "node"), label="What is stored",
        )
    )  # fmt: skip
    return


@app.cell(hide_code=True)
def _(mo):
    ask = mo.ui.run_button(label="Measure it here, on 10 images")
    return (ask,)


@app.cell(hide_code=True)
def _(ask, assets, float_graph, gallery, graph, model_name, pg, show):
    _parts = []
    if model_name == pg.MODEL:
        _parts.append(pg.sensitivity_html(assets.json("sensitivity.json"), "Measured by the build, on the test images"))
    if ask.value and not pg.sorts_pictures(graph):
        _parts.append(pg.note("It is measured on test images with their classes, which this network does not sort."))
    elif ask.value:
        from resnet8doc.analysis.sensitivity import sensitivity

        _few = sensitivity(graph, float_graph, gallery.images[:10], gallery.labels[:10], progress=False)
        _parts.append(pg.sensitivity_html(_few, "Measured here"))
    show(
        pg.pane(
            "cost", pg.heading("Which layers cost accuracy"), pg.row(ask), *_parts, label="Which layers cost accuracy"
        )
    )
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
def _(again, folder, images, label, pg, show):
    _shown = pg.Markup("")
    # What is fed by name is a reader's own network's: the models in the folder take pictures.
    if folder is not None and not pg.exporting() and not isinstance(images, dict):
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
        _shown = pg.pane(
            "desk", pg.heading("At the desk: the frameworks, live"), pg.row(folder, again),
            pg.Markup('<div data-r8-loads="{}">{}{}</div>').format(
                again.value, pg.table(_rows, f"Models in {folder.value}, on this picture"), pg.joined(_problems)
            ),
            label="The frameworks",
        )  # fmt: skip
    show(_shown)
    return


@app.cell(hide_code=True)
def _(after, files, mo, modified, node, operations, original, pg, reference, show, structure):
    # Not one of the cell's own names: marimo forgets those after the cell, and a file is made when it is asked for.
    runs = {"float": reference, "quantized": original, "modified": after}
    _links = [
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
    ]
    show(
        pg.pane(
            "files", pg.heading("Take it along"),
            pg.Markup("<p>The page's address holds all that you see: copy it to share it.</p>"), pg.row(*_links),
            pg.heading("Bring your own"), pg.row(files), label="Files",
        )
    )  # fmt: skip
    return (runs,)


if __name__ == "__main__":
    app.run()
