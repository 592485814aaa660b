"""TensorFlow and Keras, with TensorFlow's own log set to what matters."""

import os

# TensorFlow's C++ side reports on every start that this machine has no GPU; what is wrong is raised in Python anyway.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

__all__ = ["keras", "tf"]
