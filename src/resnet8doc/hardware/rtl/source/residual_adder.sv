// Two codes of different scales to one: clamp((a * factor + b * second_factor + offset) >> SHIFT), ties to even.
//
// The offset holds a half; where the places below the binary point are all 0 there was a tie, and the last bit is
// cleared. The generator finds the three integers, and holds them to float32's QLinearAdd on all 65,536 pairs. The code
// comes three cycles after its summands.
module residual_adder #(
    parameter int SHIFT = 22
) (
    input logic clock,
    input logic valid,
    input logic [7:0] a,
    input logic [7:0] b,
    input logic [23:0] factor,
    input logic [23:0] second_factor,
    input logic [31:0] offset,
    output logic code_valid,
    output logic [7:0] code
);
  localparam int TOTAL_BITS = 36;
  logic signed [32:0] left, right;
  logic signed [TOTAL_BITS-1:0] total;
  logic signed [TOTAL_BITS-SHIFT-1:0] whole;
  logic tie;
  logic [1:0] valids;

  always_ff @(posedge clock) begin
    left   <= $signed(a) * $signed({1'b0, factor});
    right  <= $signed(b) * $signed({1'b0, second_factor});
    total  <= TOTAL_BITS'(left) + TOTAL_BITS'(right) + TOTAL_BITS'($signed(offset));
    valids <= {valids[0], valid};
  end

  always_comb begin
    whole = (TOTAL_BITS - SHIFT)'(total >>> SHIFT);
    tie   = total[SHIFT-1:0] == 0;
  end
  always_ff @(posedge clock) begin
    code_valid <= valids[1];
    code <= whole > 127 ? 8'h7f : whole < -128 ? 8'h80 : {whole[7:1], whole[0] && !tie};
  end
endmodule
