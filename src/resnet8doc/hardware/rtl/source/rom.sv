// A read-only memory filled from a file of hexadecimal words; a word comes one cycle after its address.
module rom #(
    parameter int BITS = 8,
    parameter int DEPTH = 256,
    parameter FILE = ""
) (
    input logic clock,
    input logic [$clog2(DEPTH)-1:0] address,
    output logic [BITS-1:0] data
);
  logic [BITS-1:0] memory[DEPTH];
  initial $readmemh(FILE, memory);

  always_ff @(posedge clock) data <= memory[address];

`ifndef SYNTHESIS
  // For the top, which compares it with the program's: each word in pieces of 32 bits, rotated and added.
  function automatic logic [31:0] checksum(input int first);
    localparam int PIECES = (BITS + 31) / 32;
    logic [32*PIECES-1:0] word;
    checksum = '0;
    for (int i = first; i < DEPTH; i++) begin
      word = (32 * PIECES)'(memory[i]);
      for (int piece = 0; piece < PIECES; piece++) checksum = {checksum[30:0], checksum[31]} + word[32*piece+:32];
    end
  endfunction
`endif
endmodule
