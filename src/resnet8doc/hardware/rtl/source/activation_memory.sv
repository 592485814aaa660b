// All activations: in each cycle one word is read and one written; a word comes one cycle after its address.
module activation_memory #(
    parameter int BITS  = 32,
    parameter int DEPTH = 12288
) (
    input logic clock,
    input logic [$clog2(DEPTH)-1:0] read_address,
    output logic [BITS-1:0] read_data,
    input logic write,
    input logic [$clog2(DEPTH)-1:0] write_address,
    input logic [BITS-1:0] write_data
);
  logic [BITS-1:0] memory[DEPTH];

  always_ff @(posedge clock) begin
    if (write) memory[write_address] <= write_data;
    read_data <= memory[read_address];
  end
endmodule
