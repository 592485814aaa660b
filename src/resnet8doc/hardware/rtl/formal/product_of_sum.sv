// A sum times a mantissa, at once and as wide as it is.
module product_of_sum #(
    parameter int SUM_BITS = 5
) (
    input logic signed [SUM_BITS-1:0] sum,
    input logic [23:0] mantissa,
    output logic signed [SUM_BITS+23:0] product
);
  assign product = (SUM_BITS + 24)'(sum) * (SUM_BITS + 24)'($signed({1'b0, mantissa}));
endmodule
