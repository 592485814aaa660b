// One summand of TensorFlow Lite's addition: (code - zero) * 2^20 * M, rounded; M = multiplier * 2^(-31 - shift) <= 1.
//
// The ways are those of requantizer_tflite; the built-in kernels shift before they multiply, which is one rounding.
module code_scaler (
    input logic clock,
    input logic [7:0] code,
    input logic [7:0] zero,
    input logic [30:0] multiplier,
    input logic [4:0] shift,
    input logic [1:0] way,
    output logic signed [31:0] scaled  // four cycles later
);
  localparam int LEFT = 20;
  logic [2:0][4:0] shifts;
  logic [2:0][1:0] ways;
  always_ff @(posedge clock) begin
    shifts <= {shifts[1:0], shift};
    ways   <= {ways[1:0], way};
  end

  // 1, 2: the product; 2^31 / 2^20 less it is shifted
  logic signed [8:0] centred;
  logic [30:0] factor;
  logic signed [40:0] product;
  always_ff @(posedge clock) begin
    centred <= 9'($signed(code)) - 9'($signed(zero));
    factor  <= multiplier;
    product <= centred * $signed({1'b0, factor});
  end

  // 3: the first rounding
  logic signed [40:0] nudged;
  logic signed [31:0] first;
  logic nudge;
  assign nudge  = !ways[1][1] || shifts[1] == 0;
  assign nudged = product + $signed(41'({nudge, {30 - LEFT{1'b0}}}));
  always_ff @(posedge clock) first <= 32'(nudged >>> (31 - LEFT));

  // 4: the second
  logic [31:0] rest, threshold;
  assign rest = first & ((32'd1 << shifts[2]) - 1);
  assign threshold = (((32'd1 << shifts[2]) - 1) >> 1) + 32'(first < 0 && ways[2] == 0);
  always_ff @(posedge clock) scaled <= (first >>> shifts[2]) + $signed({31'd0, rest > threshold});
endmodule
