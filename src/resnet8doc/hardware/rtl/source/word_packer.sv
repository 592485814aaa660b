// WIDTH codes, one after another, to one word; the first becomes the lowest byte.
module word_packer
  import resnet8_pkg::*;
(
    input logic clock,
    input logic reset,
    input logic code_valid,
    input logic [7:0] code,
    output logic word_valid,  // in the cycle of the last code
    output logic [8*WIDTH-1:0] word
);
  logic [$clog2(WIDTH)-1:0] place;
  logic [  8*(WIDTH-1)-1:0] earlier;

  assign word_valid = code_valid && place == ($clog2(WIDTH))'(WIDTH - 1);
  assign word = {code, earlier};
  always_ff @(posedge clock) begin
    if (code_valid) begin
      earlier <= word[8*WIDTH-1:8];
      place   <= place + 1;
    end
    if (reset) place <= '0;
  end
endmodule
