from resnet8doc.quantize import VARIANTS, of_runtime


def test_every_file_has_its_own_name_and_purpose() -> None:
    assert len(VARIANTS) == len({variant.why for variant in VARIANTS.values()})
    assert all(file == variant.file for file, variant in VARIANTS.items())
    assert sum(len(of_runtime(name)) for name in ("onnxruntime", "pytorch", "tflite")) == len(VARIANTS)


def test_no_two_variants_ask_for_the_same() -> None:
    questions = {
        (v.runtime, v.format, v.activation_type, v.weight_type, v.per_channel, v.calibration, v.reduce_range, v.engine)
        for v in VARIANTS.values()
    }
    assert len(questions) == len(VARIANTS)


def test_the_name_says_what_varies() -> None:
    for file, variant in VARIANTS.items():
        assert ("qoperator" in file) == (variant.format == "QOperator")
        assert file.endswith(".pt") == (variant.runtime == "pytorch")
        assert file.endswith(".tflite") == (variant.runtime == "tflite") == (variant.format == "TFLite")
        for method in ("entropy", "percentile"):
            assert (method in file) == (variant.calibration == method.capitalize())
        types = file.removeprefix("resnet8_").split(".")[0].split("_")[0]
        activations, weights = {"int8": ("int8", "int8"), "uint8": ("uint8", "uint8"), "int4": ("int8", "int4"),
                                "u8s8": ("uint8", "int8")}[types]  # fmt: skip
        assert variant.expected_weight_type(conv=True) == weights
        assert variant.activation_type == ("uint8" if variant.runtime == "pytorch" else activations)
