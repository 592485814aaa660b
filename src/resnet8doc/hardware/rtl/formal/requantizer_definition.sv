// clamp(rint(float32(product * 2^(align - POINT))) + zero), for every product of a sum and a mantissa.
module requantizer_definition
  import rounding_pkg::*;
#(
    parameter int PRODUCT_BITS = 49,
    parameter int POINT = 40,
    parameter int ALIGN_BITS = 4
) (
    input logic signed [PRODUCT_BITS-1:0] product,
    input logic [ALIGN_BITS-1:0] align,
    input logic [7:0] zero,
    output logic [7:0] code
);
  if (PRODUCT_BITS + (1 << ALIGN_BITS) - 1 > BITS) $error("NUMBER_BITS is %0d: too few for these products", BITS);

  number_t magnitude;
  always_comb begin
    magnitude = number_t'(product < 0 ? -(PRODUCT_BITS + 1)'(product) : (PRODUCT_BITS + 1)'(product));
    code = int8(product < 0, nearest_even(float32(magnitude) << align, 8'(POINT)), zero);
  end
endmodule
