"""TensorFlow and Keras, with what must come before them.

Every module of this package that needs TensorFlow takes it from here.
"""

import importlib.util
import os

# TensorFlow's C++ side reports on every start that this machine has no GPU; what is wrong is raised in Python anyway.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# TensorFlow 2.21.0 and Triton (which comes with torch) each carry an LLVM. Loaded after TensorFlow, Triton crashes the
# process, and Keras as well as onnx2torch load it (through torchvision); loaded before, both live.
if importlib.util.find_spec("triton"):
    importlib.import_module("triton")

import keras
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

__all__ = ["keras", "schema", "tf"]
