"""What follows from the specification: SQNR, sensitivity to quantization. numpy alone."""
