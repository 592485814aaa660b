// What float32 keeps of a sum.
module float32_of_sum
  import rounding_pkg::*;
#(
    parameter int SUM_BITS = 32
) (
    input  logic signed [SUM_BITS-1:0] sum,
    output logic signed [  SUM_BITS:0] kept
);
  if (SUM_BITS > BITS) $error("NUMBER_BITS is %0d: too few for these sums", BITS);

  number_t magnitude;
  always_comb begin
    magnitude = float32(number_t'(sum < 0 ? -(SUM_BITS + 1)'(sum) : (SUM_BITS + 1)'(sum)));
    kept = sum < 0 ? -(SUM_BITS + 1)'(magnitude) : (SUM_BITS + 1)'(magnitude);
  end
endmodule
