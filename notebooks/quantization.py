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
def _(choose_a, choose_b, float_graph, get_edits, held, original, pg, reference):
    held["edits"] = get_edits()
    scene = pg.compare(original, reference, float_graph, (choose_a.value, choose_b.value), held["edits"])
    return (scene,)


@app.cell(hide_code=True)
def _(get_start, graph, mo, pg):
    _names, _start = pg.graph_nodes(graph), get_start()
    _fallback = "stack1_conv1" if "stack1_conv1" in _names else _names[0]
    node_name = mo.ui.dropdown(_names, value=_start.node if _start.node in _names else _fallback,
                               label="Layer", searchable=False)  # fmt: skip
    paint = mo.ui.dropdown(["cumulative", "local", "modified"], value="cumulative", label="Painted SQNR")
    pixel_text = mo.ui.text(value=",".join(map(str, _start.pixel)), label="channel,row,column", full_width=True)
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
    show(pg.top_pane(image=image, a=choose_a, b=choose_b, lesson=lesson))
    return


@app.cell(hide_code=True)
def _(mo):
    mode = mo.ui.dropdown(["redesign", "fault", "arithmetic", "weights"], value="redesign", label="What to change")
    return (mode,)


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
def _(
    controls, gallery, get_problem, label, lesson, measure, mode, node, pg, reset, scene, show, target, undo
):  # fmt: skip
    # Before the other panes: marimo computes and paints one cell after the other, and this one holds the effect.
    _measured = pg.measured(scene, gallery, "image") if measure.value else ""
    _controls = {"mode": mode, "where": target, "measure": measure, "undo": undo, "reset": reset}
    show(pg.change_pane(scene, node, pg.visit(lesson.value), label, get_problem(), _measured, _controls, controls))
    return


@app.cell(hide_code=True)
async def _(pg, scene):
    # The panes below show what is compared once the page has painted what a change does.
    if pg.IN_BROWSER:
        await pg.painted(scene.turn)
    settled = scene
    return (settled,)


@app.cell(hide_code=True)
def _(node, node_name, paint, pg, settled, show):
    structure = pg.structure_svg(settled, node, paint.value)
    show(pg.structure_pane(settled, node, structure, node_name, paint))
    return (structure,)


@app.cell(hide_code=True)
def _(
    channel, complaints, edits_said, image_name, initial, model_name, model_said, node, node_said, pg, picture_said,
    pixel, pixel_said, pixel_text, settled, show, sides_said,
):  # fmt: skip
    _lost = pg.link_notes(complaints, initial, (model_name, image_name))
    _notes = [*_lost, model_said, picture_said, edits_said, sides_said, node_said]
    show(pg.middle_pane(settled, node, pixel, _notes, pixel_said, pixel_text, channel))
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
def _(gallery, graph, image, kind, named, numbers, own, pg, show):
    _shown = pg.gallery_html(gallery, numbers, image.value, "image")
    if not pg.sorts_pictures(graph):
        _shown = pg.note(f"{graph.name} does not take the test images: give it {pg.wanted(graph)}.")
    show(pg.pane("pictures", pg.heading("Pictures"), pg.row(kind, named, own), _shown, label="Pictures"))
    return


@app.cell(hide_code=True)
def _(node, pg, pixel, settled, show):
    show(pg.numbers_pane(settled, node, pixel))
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
def _(files, image_name, lesson, mo, model_name, node, operations, pg, pixel, settled, show, structure):
    # Not one of the cell's own names: marimo forgets those after the cell, and a file is made when it is asked for.
    runs = {"float": settled.reference, "quantized": settled.original, "modified": settled.after}
    _zip, _any = "application/zip", "application/octet-stream"
    _links = [
        mo.download(
            lambda: pg.extraction(operations, settled.modified), "extraction.zip", _zip, label="Modified extraction"
        ),
        mo.download(lambda: pg.captured(runs), "tensors.npz", _any, label="All tensors"),
        mo.download(lambda: pg.figures(node.output, runs, structure), "figures.zip", _zip, label="Figures"),
    ]
    pg.write_address(mo.query_params(), settled.state(model_name, image_name, node.name, pixel, lesson.value))
    show(pg.files_pane(_links, files, settled.turn))
    return (runs,)


if __name__ == "__main__":
    app.run()
