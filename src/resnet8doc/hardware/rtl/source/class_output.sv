// The codes of the classes to an AXI4-Stream, the first class first, tlast on the last one.
module class_output
  import resnet8_pkg::*;
#(
    parameter int CLASSES = 10
) (
    input logic clock,
    input logic reset,
    input logic take,  // a word of the result
    input logic [8*WIDTH-1:0] word,
    input logic unsigned_codes,
    input logic done,  // that was the last one
    output logic m_axis_tvalid,
    input logic m_axis_tready,
    output logic [7:0] m_axis_tdata,
    output logic m_axis_tlast
);
  localparam int WORDS = (CLASSES + WIDTH - 1) / WIDTH;
  localparam int COUNT_BITS = $clog2(CLASSES + 1);
  localparam int WORD_BITS = $clog2(WORDS + 1);
  logic [8*WORDS*WIDTH-1:0] codes;
  logic [WORD_BITS-1:0] taken;
  logic [COUNT_BITS-1:0] left;
  logic signs;

  always_ff @(posedge clock) begin
    if (take && taken < WORD_BITS'(WORDS)) begin
      codes <= (8 * WORDS * WIDTH)'({word, codes} >> (8 * WIDTH));
      taken <= taken + 1;
      signs <= unsigned_codes;
    end
    if (m_axis_tvalid && m_axis_tready) begin
      codes <= codes >> 8;
      left  <= left - 1;
    end
    if (done) begin
      left  <= COUNT_BITS'(CLASSES);
      taken <= '0;
    end
    if (reset) {left, taken} <= '0;
  end
  assign m_axis_tvalid = left != 0;
  assign m_axis_tlast  = left == 1;
  assign m_axis_tdata  = codes[7:0] ^ {signs, 7'd0};
endmodule
