// The network: an image goes in by one AXI4-Stream, the codes of its classes come out by another.
//
// One machine for all layers, which the program names one after another: the sequencer reads activations and
// weights, the array multiplies, the requantizer or the residual adder makes codes, and the memory takes them.
module resnet8
  import resnet8_pkg::*;
#(
    parameter int ARITHMETIC = FLOAT32,  // or FIXED_POINT
    parameter int LANES = 16,
    parameter int WEIGHT_BITS = 8,
    parameter int MEMORY_WORDS = 12288,
    parameter int WEIGHT_STEPS = 1280,
    parameter int CHANNELS = 416,
    parameter int LAYERS = 16,
    parameter int IMAGE = 4096,  // where the image lies
    parameter int PIXELS = 1024,
    parameter int COLOURS = 3,
    parameter int CLASSES = 10
) (
    input logic clock,
    input logic reset,
    input logic s_axis_tvalid,  // pixels
    output logic s_axis_tready,
    input logic [7:0] s_axis_tdata,
    input logic s_axis_tlast,
    output logic m_axis_tvalid,  // codes of the classes
    input logic m_axis_tready,
    output logic [7:0] m_axis_tdata,
    output logic m_axis_tlast,
    output logic bad_frame,  // tlast was not on an image's last byte; that image is dropped
    output logic probe_valid,  // for a test bench: every word of every layer
    output logic [8*WIDTH-1:0] probe_word,
    output logic [7:0] probe_layer  // the one at work, from 1; 0 before the first
);
  localparam int MEMORY_BITS = $clog2(MEMORY_WORDS);
  localparam int WEIGHT_STEP_BITS = $clog2(WEIGHT_STEPS);
  localparam int CHANNEL_ADDRESS_BITS = $clog2(CHANNELS);

  // An image comes in while nothing runs and no result waits.
  logic busy, done, start, pixel_write;
  logic [ADDRESS_BITS-1:0] pixel;
  logic [8*WIDTH-1:0] pixel_word;
  pixel_input #(
      .PIXELS (PIXELS),
      .COLOURS(COLOURS)
  ) input_ (
      .clock,
      .reset,
      .ready(!busy && !m_axis_tvalid && !done),
      .s_axis_tvalid,
      .s_axis_tready,
      .s_axis_tdata,
      .s_axis_tlast,
      .write(pixel_write),
      .pixel,
      .word(pixel_word),
      .complete(start),
      .bad_frame
  );

  // What happens in each cycle; one cycle later the memories have answered.
  // The sequencer alone reads some fields of a layer. Addresses are as wide as the program's; a memory may need less.
  /* verilator lint_off UNUSEDSIGNAL */
  layer_t layer;
  step_t step;
  logic [CHANNEL_BITS-1:0] channel;
  logic [ADDRESS_BITS-1:0] write_address;
  /* verilator lint_on UNUSEDSIGNAL */
  action_t arrived;
  logic begins, written;
  sequencer #(
      .LANES (LANES),
      .LAYERS(LAYERS)
  ) sequencer_ (
      .clock,
      .reset,
      .start,
      .written,
      .busy,
      .done,
      .begins,
      .layer,
      .number(probe_layer),
      .step
  );
  always_ff @(posedge clock) arrived <= reset ? '0 : step.action;

  // The memories.
  logic [WIDTH-1:0][7:0] read_word;
  logic word_valid, write;
  logic [ADDRESS_BITS-1:0] count;
  logic [8*WIDTH-1:0] word, write_word;
  activation_memory #(
      .BITS (8 * WIDTH),
      .DEPTH(MEMORY_WORDS)
  ) activations (
      .clock,
      .read_address(step.address[MEMORY_BITS-1:0]),
      .read_data(read_word),
      .write,
      .write_address(write_address[MEMORY_BITS-1:0]),
      .write_data(write_word)
  );
  logic [LANES-1:0][WIDTH-1:0][WEIGHT_BITS-1:0] read_weights;
  rom #(
      .BITS (LANES * WIDTH * WEIGHT_BITS),
      .DEPTH(WEIGHT_STEPS),
      .FILE ("weights.hex")
  ) weights (
      .clock,
      .address(step.weights[WEIGHT_STEP_BITS-1:0]),
      .data(read_weights)
  );

  // First stage: sums of products. What is padding holds the zero point.
  logic [WIDTH-1:0][7:0] x;
  logic [LANES-1:0][WIDTH-1:0][WEIGHT_BITS-1:0] w;
  logic multiply, first, last, sums_valid;
  logic [LANES-1:0][SUM_BITS-1:0] sums;
  always_ff @(posedge clock) begin
    {multiply, first, last} <= {arrived.multiply && !reset, arrived.first, arrived.last};
    x <= arrived.outside ? {WIDTH{layer.zero}} : read_word;
    w <= read_weights;
  end
  mac_array #(
      .LANES(LANES),
      .WIDTH(WIDTH),
      .WEIGHT_BITS(WEIGHT_BITS),
      .SUM_BITS(SUM_BITS)
  ) array (
      .clock,
      .valid(multiply),
      .first,
      .last (last),
      .x,
      .w,
      .sums_valid,
      .sums
  );

  // Second stage: one code a cycle, each with its channel's parameters.
  logic sum_valid, requantized_valid;
  logic [SUM_BITS-1:0] sum;
  logic [7:0] requantized;
  sum_serializer #(
      .LANES(LANES)
  ) serializer (
      .clock,
      .reset,
      .begins,
      .first_channel(layer.channel),
      .last_channel (layer.last_channel),
      .sums_valid,
      .sums,
      .channel,
      .sum_valid,
      .sum
  );
  localparam int PARAMETER_BITS = ARITHMETIC == FIXED_POINT ? $bits(channel_fixed_t) : $bits(channel_t);
  logic [PARAMETER_BITS-1:0] parameters;
  rom #(
      .BITS (PARAMETER_BITS),
      .DEPTH(CHANNELS),
      .FILE ("channels.hex")
  ) channels (
      .clock,
      .address(channel[CHANNEL_ADDRESS_BITS-1:0]),
      .data(parameters)
  );

  // Or an addition.
  logic pair_valid, added_valid;
  logic [7:0] a, b, added;
  pair_reader pairs (
      .clock,
      .reset,
      .take  (arrived.take),
      .second(arrived.second),
      .word  (read_word),
      .pair_valid,
      .a,
      .b
  );

  // Whose roundings.
  if (ARITHMETIC == FLOAT32) begin : g_float32
    channel_t  of_channel;
    addition_t of_addition;
    assign of_channel  = channel_t'(parameters);
    assign of_addition = addition_t'(layer.addition);
    requantizer #(
        .SUM_BITS(SUM_BITS),
        .POINT(POINT),
        .ALIGN_BITS(ALIGN_BITS)
    ) requantizer_ (
        .clock,
        .valid(sum_valid),
        .sum,
        .bias(of_channel.bias),
        .mantissa(of_channel.mantissa),
        .align(of_channel.align),
        .zero(of_channel.zero),
        .code_valid(requantized_valid),
        .code(requantized)
    );
    residual_adder #(
        .SHIFT(ADD_SHIFT)
    ) adder (
        .clock,
        .valid(pair_valid),
        .a,
        .b,
        .factor(of_addition.factor),
        .second_factor(of_addition.second_factor),
        .offset(of_addition.offset),
        .code_valid(added_valid),
        .code(added)
    );
  end else if (ARITHMETIC == FIXED_POINT) begin : g_fixed_point
    channel_fixed_t  of_channel;
    addition_fixed_t of_addition;
    assign of_channel  = channel_fixed_t'(parameters);
    assign of_addition = layer.addition;
    requantizer_tflite #(
        .SUM_BITS(SUM_BITS)
    ) requantizer_ (
        .clock,
        .valid(sum_valid),
        .sum,
        .bias(of_channel.bias),
        .multiplier(of_channel.multiplier),
        .shift(of_channel.shift),
        .way(of_channel.way),
        .zero(of_channel.zero),
        .code_valid(requantized_valid),
        .code(requantized)
    );
    residual_adder_tflite adder (
        .clock,
        .valid(pair_valid),
        .a,
        .b,
        .zero(of_addition.zero),
        .second_zero(of_addition.second_zero),
        .sum_zero(of_addition.sum_zero),
        .multiplier(of_addition.multiplier),
        .second_multiplier(of_addition.second_multiplier),
        .sum_multiplier(of_addition.sum_multiplier),
        .shift(of_addition.shift),
        .second_shift(of_addition.second_shift),
        .sum_shift(of_addition.sum_shift),
        .way(of_addition.way),
        .code_valid(added_valid),
        .code(added)
    );
  end else begin : g_unknown
    $error("ARITHMETIC is %0d; expected 0 (float32, ONNX Runtime's) or 1 (fixed point, TensorFlow Lite's)", ARITHMETIC);
  end

  // The codes go back into the memory.
  word_packer packer (
      .clock,
      .reset,
      .code_valid(layer.add ? added_valid : requantized_valid),
      .code(layer.add ? added : requantized),
      .word_valid,
      .word
  );
  assign written = word_valid && count == layer.written;
  always_ff @(posedge clock) begin
    if (word_valid) count <= count + 1;
    if (begins) count <= '0;
  end
  always_comb begin
    write = word_valid || pixel_write;
    write_address = busy ? layer.target + count : ADDRESS_BITS'(IMAGE) + pixel;
    write_word = busy ? word : pixel_word;
  end
  assign probe_valid = word_valid;
  assign probe_word  = word;

  class_output #(
      .CLASSES(CLASSES)
  ) output_ (
      .clock,
      .reset,
      .take(word_valid && layer.last),
      .word,
      .unsigned_codes(layer.unsigned_codes),
      .done,
      .m_axis_tvalid,
      .m_axis_tready,
      .m_axis_tdata,
      .m_axis_tlast
  );

`ifndef SYNTHESIS
  // A simulation stops at once if a file is cut short or was made for another program.
  header_t header;
  assign header = header_t'(sequencer_.program_.memory[0][$bits(header_t)-1:0]);
  always_ff @(posedge clock)
    if (reset) begin
      check("program.hex", sequencer_.program_.checksum(1), header.program_sum);
      check("weights.hex", weights.checksum(0), header.weights_sum);
      check("channels.hex", channels.checksum(0), header.channels_sum);
      check("pixels.hex", input_.table_.checksum(0), header.pixels_sum);
    end

  function automatic void check(input string file, input logic [31:0] found, input logic [31:0] expected);
    if (found !== expected)
      $fatal(
          1,
          "%s has checksum %08x, the program expects %08x: it is cut short or of another model",
          file,
          found,
          expected
      );
  endfunction
`endif
endmodule
