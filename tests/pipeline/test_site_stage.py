"""What the stage of the site does beside running Sphinx."""

from pathlib import Path

from resnet8doc.pipeline.stages.site import forget


def test_pages_of_modules_that_are_gone_are_deleted(tmp_path: Path) -> None:
    sources, pages = tmp_path / "src", tmp_path / "_modules"
    for name in ("resnet8doc/one.py", "resnet8doc/inner/__init__.py"):
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).touch()
    names = (
        "index.html",
        "resnet8doc/one.html",
        "resnet8doc/gone.html",
        "resnet8doc/inner.html",
        "resnet8doc/old/x.html",
    )
    for name in names:
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        (pages / name).touch()
    forget(pages, sources)
    left = {str(path.relative_to(pages)) for path in pages.rglob("*.html")}
    assert left == {"index.html", "resnet8doc/one.html", "resnet8doc/inner.html"}
