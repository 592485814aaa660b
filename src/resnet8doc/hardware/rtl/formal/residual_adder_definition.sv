// clamp(the nearest integer to (a * factor + b * second_factor + offset) / 2^SHIFT - 1/2, ties to the even one).
module residual_adder_definition
  import rounding_pkg::*;
#(
    parameter int SHIFT = 22
) (
    input  logic [ 7:0] a,
    input  logic [ 7:0] b,
    input  logic [23:0] factor,
    input  logic [23:0] second_factor,
    input  logic [31:0] offset,
    output logic [ 7:0] code
);
  logic signed [39:0] total;  // the offset holds the half
  always_comb begin
    total = 40'($signed(a)) * 40'($signed({1'b0, factor})) + 40'($signed(b)) * 40'($signed({1'b0, second_factor})) +
        40'($signed(offset)) - (40'sd1 <<< SHIFT - 1);
    code = int8(total < 0, nearest_even(number_t'(total < 0 ? -total : total), 8'(SHIFT)), 8'd0);
  end
endmodule
