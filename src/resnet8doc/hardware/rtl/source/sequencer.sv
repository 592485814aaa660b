// One layer after another: in each cycle, which word of activations meets which weights.
//
// A sum of products runs over the window's rows and columns and the pixel's words (innermost); around it run the
// groups of LANES output channels, then the columns and rows of the output. An addition runs over the words of both
// summands.
module sequencer
  import resnet8_pkg::*;
#(
    parameter int LANES = 16,
    parameter int LAYERS = 32,
    parameter FILE = "program.hex"
) (
    input logic clock,
    input logic reset,
    input logic start,
    input logic written,  // the layer's last word goes into the memory
    output logic busy,
    output logic done,  // with the network
    output logic begins,  // a layer does
    output layer_t layer,
    output logic [7:0] number,  // of the layer, from 1
    output step_t step
);
  typedef enum logic [2:0] {
    IDLE,
    FETCH,
    BEGIN,
    RUN,
    DRAIN
  } state_t;
  state_t state;

  localparam int NUMBER_BITS = $clog2(LAYERS + 1);
  logic [$bits(layer_t)-1:0] fetched;
  rom #(
      .BITS ($bits(layer_t)),
      .DEPTH(LAYERS + 1),
      .FILE (FILE)
  ) program_ (
      .clock,
      .address(number[NUMBER_BITS-1:0]),
      .data(fetched)
  );

  // The loops. Each ends when all within it end; limits are less 1.
  logic [5:0] row, column;
  logic [3:0] group, kernel_row, kernel_column;
  logic [4:0] word;
  logic word_ends, kernel_column_ends, sum_ends, group_ends, column_ends, row_ends;
  always_comb begin
    word_ends          = word == layer.words;
    kernel_column_ends = word_ends && kernel_column == layer.kernel;
    sum_ends           = kernel_column_ends && kernel_row == layer.kernel;
    group_ends         = sum_ends && group == layer.groups;
    column_ends        = group_ends && column == layer.size;
    row_ends           = column_ends && row == layer.size;
  end

  // LANES sums leave one after another: the next ones must not come sooner.
  localparam int LEAVING_BITS = $clog2(LANES);
  logic [LEAVING_BITS-1:0] leaving;
  logic hold;
  assign hold = sum_ends && leaving != 0;

  // An addition reads a word of each summand in two cycles, and its four codes take four.
  logic [ADDRESS_BITS-1:0] pair;
  logic [1:0] phase;
  logic run_ends;
  assign run_ends = layer.add ? phase == 3 && pair == layer.written : row_ends && !hold;

  action_t action;
  logic signed [7:0] y, x;
  logic [ADDRESS_BITS-1:0] place, group_place;
  logic [STEP_BITS-1:0] weights, weights_address;
  always_ff @(posedge clock) begin
    action <= '0;
    done   <= 1'b0;
    begins <= 1'b0;
    if (leaving != 0) leaving <= leaving - 1;
    case (state)
      IDLE:
      if (start) begin
        number <= 8'd1;
        state  <= FETCH;
      end
      FETCH:   state <= BEGIN;
      BEGIN: begin
        layer <= fetched;
        begins <= 1'b1;
        state <= RUN;
        {row, column, group, kernel_row, kernel_column, word} <= '0;
        {pair, phase, weights, group_place} <= '0;
      end
      RUN: begin
        if (layer.add) begin
          action.take <= !phase[1];
          action.second <= phase[0];
          place <= (phase[0] ? layer.second : layer.source) + pair;
          phase <= phase + 1;
          if (phase == 3) pair <= pair + 1;
        end else if (!hold) begin
          action.multiply <= 1'b1;
          action.first <= {word, kernel_row, kernel_column} == 0;
          action.last <= sum_ends;
          y <= (8'(row) << layer.stride_2) + 8'(kernel_row) - 8'(layer.pad);
          x <= (8'(column) << layer.stride_2) + 8'(kernel_column) - 8'(layer.pad);
          place <= layer.source + group_place + ADDRESS_BITS'(word);
          weights_address <= layer.weights + weights;
          if (sum_ends) leaving <= LEAVING_BITS'(LANES - 1);
          word <= word_ends ? '0 : word + 1;
          if (word_ends) kernel_column <= kernel_column_ends ? '0 : kernel_column + 1;
          if (kernel_column_ends) kernel_row <= sum_ends ? '0 : kernel_row + 1;
          if (sum_ends) group <= group_ends ? '0 : group + 1;
          if (group_ends) column <= column_ends ? '0 : column + 1;
          if (column_ends) row <= row + 1;
          weights <= group_ends || (layer.shared && word_ends) ? '0 : weights + 1;
          if (layer.shared && sum_ends) group_place <= group_ends ? '0 : group_place + ADDRESS_BITS'(layer.words) + 1;
        end
        if (run_ends) state <= DRAIN;
      end
      DRAIN:
      if (written) begin
        number <= number + 1;
        done   <= layer.last;
        state  <= layer.last ? IDLE : FETCH;
      end
      default: state <= IDLE;
    endcase
    if (reset) begin
      state   <= IDLE;
      number  <= '0;
      leaving <= '0;
      action  <= '0;
    end
  end
  assign busy = state != IDLE;

  // Two cycles later: from row and column to a pixel, from a pixel to an address.
  action_t moved;
  logic [ADDRESS_BITS-1:0] pixel, moved_place;
  logic [STEP_BITS-1:0] moved_weights;
  logic outside;
  assign outside = y < 0 || x < 0 || 8'(y >>> layer.log_size) != 0 || 8'(x >>> layer.log_size) != 0;
  always_ff @(posedge clock) begin
    moved <= action;
    moved.outside <= outside;
    moved_place <= place;
    moved_weights <= weights_address;
    pixel <= (ADDRESS_BITS'(y) << layer.log_size) + ADDRESS_BITS'(x);
    step.action <= moved;
    step.address <= layer.add ? moved_place : moved_place + (pixel << layer.log_pitch);
    step.weights <= moved_weights;
    if (reset) {moved, step.action} <= '0;
  end
endmodule
