// From a sum to a code as TensorFlow Lite's kernels do it: a multiplier of 31 bits, and two roundings, or one.
//
// M = multiplier * 2^(-31 - shift). First the high half of the doubled product, sum * multiplier / 2^31, ties up (gemmlowp
// writes it with a division toward zero and a nudge of 2^30, or 1 - 2^30 for negative products: the same). Then the rest
// of the shift. The way says how:
//
//   0  ties away from zero: the reference kernels, TensorFlow Lite Micro, CMSIS-NN
//   1  ties up: the built-in kernels on x86-64
//   2  the whole shift at once, ties up: the built-in kernels on ARM. The first rounding is a floor then
module requantizer_tflite #(
    parameter int SUM_BITS = 32
) (
    input logic clock,
    input logic valid,
    input logic [SUM_BITS-1:0] sum,
    input logic [SUM_BITS-1:0] bias,
    input logic [30:0] multiplier,
    input logic [4:0] shift,
    input logic [1:0] way,
    input logic [7:0] zero,
    output logic code_valid,
    output logic [7:0] code
);
  localparam int STAGES = 7;
  logic [STAGES-1:0] valids;
  logic [STAGES-2:0][7:0] zeros;
  logic [3:0][4:0] shifts;
  logic [3:0][1:0] ways;
  always_ff @(posedge clock) begin
    valids <= {valids[STAGES-2:0], valid};
    zeros  <= {zeros[STAGES-3:0], zero};
    shifts <= {shifts[2:0], shift};
    ways   <= {ways[2:0], way};
  end

  // 1: the whole accumulator
  logic signed [SUM_BITS-1:0] biased;
  logic [30:0] factor;
  always_ff @(posedge clock) begin
    biased <= sum + bias;
    factor <= multiplier;
  end

  // 2, 3: the exact product, in two halves
  logic signed [SUM_BITS+15:0] low, high;
  logic signed [SUM_BITS+30:0] product;
  always_ff @(posedge clock) begin
    low <= biased * $signed({1'b0, factor[14:0]});
    high <= biased * $signed({1'b0, factor[30:15]});
    product <= (SUM_BITS + 31)'(low) + ((SUM_BITS + 31)'(high) <<< 15);
  end

  // 4: the first rounding
  logic signed [SUM_BITS+31:0] nudged;
  logic signed [31:0] first;
  logic nudge;
  assign nudge  = !ways[2][1] || shifts[2] == 0;
  assign nudged = (SUM_BITS + 32)'(product) + (SUM_BITS + 32)'({nudge, 30'd0});
  always_ff @(posedge clock) first <= 32'(nudged >>> 31);

  // 5: what the shift leaves, and what it takes
  logic signed [31:0] whole;
  logic [31:0] rest, threshold;
  always_ff @(posedge clock) begin
    whole <= first >>> shifts[3];
    rest <= first & ((32'd1 << shifts[3]) - 1);
    threshold <= (((32'd1 << shifts[3]) - 1) >> 1) + 32'(first < 0 && ways[3] == 0);
  end

  // 6: the second rounding; what does not fit 9 bits will be clamped
  logic signed [31:0] rounded;
  logic signed [ 8:0] kept;
  assign rounded = whole + $signed({31'd0, rest > threshold});
  always_ff @(posedge clock) kept <= rounded > 255 ? 9'sd255 : rounded < -256 ? -9'sd256 : rounded[8:0];

  // 7: the zero point, and the clamp
  logic signed [9:0] result;
  assign result = 10'(kept) + 10'($signed(zeros[STAGES-2]));
  always_ff @(posedge clock) code <= result > 127 ? 8'h7f : result < -128 ? 8'h80 : result[7:0];
  assign code_valid = valids[STAGES-1];
endmodule
