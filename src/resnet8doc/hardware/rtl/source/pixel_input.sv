// An image from an AXI4-Stream: COLOURS bytes a pixel, row by row. Each becomes a code by a table, each pixel a
// word.
//
// tlast belongs on the image's last byte. An image that ends too early is dropped, one that does not end is dropped
// with all up to its tlast; bad_frame is up for one cycle. The next image is then read as if nothing had been.
module pixel_input
  import resnet8_pkg::*;
#(
    parameter int PIXELS = 1024,
    parameter int COLOURS = 3,
    parameter FILE = "pixels.hex"
) (
    input logic clock,
    input logic reset,
    input logic ready,  // the network waits for an image
    input logic s_axis_tvalid,
    output logic s_axis_tready,
    input logic [7:0] s_axis_tdata,
    input logic s_axis_tlast,
    output logic write,
    output logic [ADDRESS_BITS-1:0] pixel,
    output logic [8*WIDTH-1:0] word,
    output logic complete,  // the last pixel is being written
    output logic bad_frame
);
  localparam int COLOUR_BITS = COLOURS > 1 ? $clog2(COLOURS) : 1;

  // One byte a cycle. After an image's last one the network is busy, so what follows waits.
  logic accepted, ends;
  logic [ COLOUR_BITS-1:0] colour;
  logic [ADDRESS_BITS-1:0] count;
  logic skip, pixel_ends, image_ends;
  logic closed;  // an image is complete and the network has not taken note yet
  assign s_axis_tready = ready && !closed;
  assign accepted = s_axis_tvalid && s_axis_tready;
  assign pixel_ends = colour == COLOUR_BITS'(COLOURS - 1);
  assign image_ends = pixel_ends && count == ADDRESS_BITS'(PIXELS - 1);
  assign ends = image_ends || s_axis_tlast;
  always_ff @(posedge clock) begin
    bad_frame <= accepted && !skip && image_ends != s_axis_tlast;
    if (accepted && skip) skip <= !s_axis_tlast;
    if (accepted && !skip) begin
      colour <= pixel_ends || ends ? '0 : colour + 1;
      if (pixel_ends) count <= count + 1;
      if (ends) count <= '0;
      if (image_ends && !s_axis_tlast) skip <= 1'b1;
      if (image_ends && s_axis_tlast) closed <= 1'b1;
    end
    if (!ready) closed <= 1'b0;
    if (reset) begin
      {colour, count, skip, closed, bad_frame} <= '0;
    end
  end

  // One cycle later the table has answered.
  logic [7:0] code;
  rom #(
      .FILE(FILE)
  ) table_ (
      .clock,
      .address(s_axis_tdata),
      .data(code)
  );
  logic came, came_pixel_ends, came_complete;
  logic [ADDRESS_BITS-1:0] came_count;
  logic [8*WIDTH-1:0] codes;
  logic [COLOUR_BITS-1:0] came_colour;
  always_ff @(posedge clock) begin
    came <= accepted && !skip;
    came_pixel_ends <= pixel_ends;
    came_complete <= accepted && !skip && image_ends && s_axis_tlast;
    came_count <= count;
    came_colour <= colour;
    if (reset) {came, came_complete} <= '0;
  end
  always_comb begin
    word = codes;
    word[8*came_colour+:8] = code;
  end
  always_ff @(posedge clock) begin
    if (came) codes <= came_pixel_ends ? '0 : word;
    if (reset) codes <= '0;
  end
  assign write = came && came_pixel_ends;
  assign pixel = came_count;
  assign complete = came_complete;
endmodule
