// From a product to a code as TensorFlow Lite's kernels write it: gemmlowp's SaturatingRoundingDoublingHighMul and
// RoundingDivideByPOT (way 0), ruy's kernel for AVX (way 1), one rounding (way 2).
module requantizer_tflite_definition
  import rounding_pkg::*;
#(
    parameter int PRODUCT_BITS = 56
) (
    input logic signed [PRODUCT_BITS-1:0] product,
    input logic [4:0] shift,
    input logic [1:0] way,
    input logic [7:0] zero,
    output logic [7:0] code
);
  localparam int WIDE = 64;
  if (PRODUCT_BITS >= WIDE) $error("products of %0d bits and a half of the greatest shift do not fit", PRODUCT_BITS);

  logic signed [WIDE-1:0] p, nudged, high, mask, rest, threshold, whole;
  always_comb begin
    p = WIDE'(product);
    mask = (WIDE'(1) << shift) - 1;
    nudged = p + (p < 0 ? 1 - (WIDE'(1) << 30) : WIDE'(1) << 30);
    high = nudged < 0 ? -(-nudged >>> 31) : nudged >>> 31;  // a division that cuts off
    rest = high & mask;
    threshold = mask >>> 1;
    if (high < 0) threshold = threshold + 1;
    case (way)
      0: begin
        whole = high >>> shift;
        if (rest > threshold) whole = whole + 1;
      end
      1: whole = (((p + (WIDE'(1) << 30)) >>> 31) + ((WIDE'(1) << shift) >>> 1)) >>> shift;
      default: whole = (p + (WIDE'(1) << (30 + shift))) >>> (31 + shift);
    endcase
    code = int8(whole < 0, number_t'(whole < 0 ? -whole : whole), zero);
  end
endmodule
