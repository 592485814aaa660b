// Two codes of different scales to one as TensorFlow Lite's ADD does it: each is scaled to twice the greater scale, with
// 20 more places, and their sum goes through a requantizer as any other sum.
module residual_adder_tflite (
    input logic clock,
    input logic valid,
    input logic [7:0] a,
    input logic [7:0] b,
    input logic [7:0] zero,
    input logic [7:0] second_zero,
    input logic [7:0] sum_zero,
    input logic [30:0] multiplier,
    input logic [30:0] second_multiplier,
    input logic [30:0] sum_multiplier,
    input logic [4:0] shift,
    input logic [4:0] second_shift,
    input logic [4:0] sum_shift,
    input logic [1:0] way,  // as requantizer_tflite has it, in which the summands are rounded; their sum goes way 0
    output logic code_valid,
    output logic [7:0] code
);
  logic signed [31:0] left, right;
  logic [3:0] valids;
  always_ff @(posedge clock) valids <= {valids[2:0], valid};

  code_scaler of_a (
      .clock,
      .code  (a),
      .zero,
      .multiplier,
      .shift,
      .way,
      .scaled(left)
  );
  code_scaler of_b (
      .clock,
      .code(b),
      .zero(second_zero),
      .multiplier(second_multiplier),
      .shift(second_shift),
      .way,
      .scaled(right)
  );
  requantizer_tflite requantizer (
      .clock,
      .valid(valids[3]),
      .sum(left),
      .bias(right),
      .multiplier(sum_multiplier),
      .shift(sum_shift),
      .way(2'd0),
      .zero(sum_zero),
      .code_valid,
      .code
  );
endmodule
