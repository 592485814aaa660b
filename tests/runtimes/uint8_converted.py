"""A network with fake quantization, as TensorFlow 1 trained them, converted to uint8 codes by TensorFlow itself."""

from typing import Any

import numpy as np


def uint8_converted(seed: int = 0) -> bytes:
    """Return a file of CONV_2D, DEPTHWISE_CONV_2D, ADD, AVERAGE_POOL_2D, RESHAPE and SOFTMAX."""
    import tensorflow as tf  # here, so that a collection of tests costs no framework

    rng, fake = np.random.default_rng(seed), tf.quantization.fake_quant_with_min_max_args
    old = tf.compat.v1

    def weights(*shape: int) -> Any:
        values = rng.normal(0.02, 0.3, shape).astype(np.float32)
        return fake(tf.constant(values), float(values.min()) * 0.9, float(values.max()) * 1.1)

    def layer(x: Any, channels: int, kernel: int, stride: int = 1, *, relu6: bool = True) -> Any:
        inside = int(x.shape[-1])
        if channels:
            y = tf.nn.conv2d(x, weights(kernel, kernel, inside, channels), stride, "SAME")
        else:
            y = old.nn.depthwise_conv2d(x, weights(kernel, kernel, inside, 1), [1, stride, stride, 1], "SAME")
        y += tf.constant(rng.normal(0, 0.5, int(y.shape[-1])).astype(np.float32))
        return fake(tf.nn.relu6(y), 0, 6) if relu6 else fake(y, -5.0, 4.3)

    with tf.Graph().as_default(), old.Session() as session:
        image = old.placeholder(tf.float32, (1, 24, 24, 3), name="image")
        stem = layer(layer(fake(image, -1, 127 / 128), 8, 3, 2), 0, 3)
        narrow = layer(stem, 12, 1, relu6=False)
        back = layer(layer(layer(narrow, 16, 1), 0, 3), 12, 1, relu6=False)
        total = fake(narrow + back, -8.0, 7.0)
        pooled = fake(tf.nn.avg_pool2d(total, 12, 1, "VALID"), -8.0, 7.0)
        row = tf.reshape(layer(pooled, 10, 1, relu6=False), (1, 10))
        converter = old.lite.TFLiteConverter.from_session(session, [image], [tf.nn.softmax(row)])
        converter.inference_type = converter.inference_input_type = tf.uint8
        converter.quantized_input_stats = {"image": (128.0, 128.0)}
        return bytes(converter.convert())
