// LANES sums come at once and leave one by one, each with the number of its channel's parameters.
module sum_serializer
  import resnet8_pkg::*;
#(
    parameter int LANES = 16
) (
    input logic clock,
    input logic reset,
    input logic begins,  // a layer does
    input logic [CHANNEL_BITS-1:0] first_channel,
    input logic [CHANNEL_BITS-1:0] last_channel,
    input logic sums_valid,
    input logic [LANES-1:0][SUM_BITS-1:0] sums,
    output logic [CHANNEL_BITS-1:0] channel,  // of the sum that comes one cycle later
    output logic sum_valid,
    output logic [SUM_BITS-1:0] sum
);
  localparam int COUNT_BITS = $clog2(LANES + 1);
  logic [COUNT_BITS-1:0] left;
  logic [LANES-1:0][SUM_BITS-1:0] waiting;

  always_ff @(posedge clock) begin
    sum_valid <= left != 0;
    sum <= waiting[0];
    if (left != 0) begin
      left <= left - 1;
      waiting <= waiting >> SUM_BITS;
      channel <= channel == last_channel ? first_channel : channel + 1;
    end
    if (sums_valid) begin
      waiting <= sums;
      left <= COUNT_BITS'(LANES);
    end
    if (begins) channel <= first_channel;
    if (reset) begin
      left <= '0;
      sum_valid <= 1'b0;
    end
  end
endmodule
