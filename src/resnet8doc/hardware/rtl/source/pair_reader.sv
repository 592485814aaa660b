// The words of two summands, read one after the other, to WIDTH pairs of codes, one a cycle.
module pair_reader
  import resnet8_pkg::*;
(
    input logic clock,
    input logic reset,
    input logic take,  // a summand's word is here
    input logic second,  // it is the second summand's
    input logic [8*WIDTH-1:0] word,
    output logic pair_valid,
    output logic [7:0] a,
    output logic [7:0] b
);
  localparam int COUNT_BITS = $clog2(WIDTH + 1);
  logic [8*WIDTH-1:0] kept, firsts, seconds;
  logic [COUNT_BITS-1:0] left;

  always_ff @(posedge clock) begin
    if (left != 0) begin
      left <= left - 1;
      firsts <= firsts >> 8;
      seconds <= seconds >> 8;
    end
    if (take && !second) kept <= word;
    if (take && second) begin
      firsts <= kept;
      seconds <= word;
      left <= COUNT_BITS'(WIDTH);
    end
    if (reset) left <= '0;
  end
  assign pair_valid = left != 0;
  assign a = firsts[7:0];
  assign b = seconds[7:0];
endmodule
