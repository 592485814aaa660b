// Sums of products, LANES output channels at once, WIDTH input channels a cycle.
//
// sums[lane] = x[0] * w[lane][0] + x[1] * w[lane][1] + ... over all cycles from first to last. Codes have 8 bits;
// weights have 8, or 9 where a zero point was taken off. sums_valid is up for one cycle, three after last.
module mac_array #(
    parameter int LANES = 16,
    parameter int WIDTH = 4,
    parameter int WEIGHT_BITS = 8,
    parameter int SUM_BITS = 25
) (
    input logic clock,
    input logic valid,
    input logic first,
    input logic last,
    input logic [WIDTH-1:0][7:0] x,
    input logic [LANES-1:0][WIDTH-1:0][WEIGHT_BITS-1:0] w,
    output logic sums_valid,
    output logic [LANES-1:0][SUM_BITS-1:0] sums
);
  localparam int PRODUCT_BITS = 8 + WEIGHT_BITS;
  localparam int PARTIAL_BITS = PRODUCT_BITS + $clog2(WIDTH);

  logic [1:0] valids, firsts, lasts;
  always_ff @(posedge clock) begin
    valids <= {valids[0], valid};
    firsts <= {firsts[0], first};
    lasts <= {lasts[0], last};
    sums_valid <= valids[1] && lasts[1];
  end

  for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
    logic signed [WIDTH-1:0][PRODUCT_BITS-1:0] products;
    logic signed [PARTIAL_BITS-1:0] total, partial;
    logic signed [SUM_BITS-1:0] sum;

    // 1: the products
    always_ff @(posedge clock)
      for (int i = 0; i < WIDTH; i++)
        products[i] <= PRODUCT_BITS'($signed(x[i])) * PRODUCT_BITS'($signed(w[lane][i]));

    // 2: their sum
    always_comb begin
      total = '0;
      for (int i = 0; i < WIDTH; i++) total += PARTIAL_BITS'($signed(products[i]));
    end
    always_ff @(posedge clock) partial <= total;

    // 3: on top of what came before
    always_ff @(posedge clock) if (valids[1]) sum <= (firsts[1] ? '0 : sum) + SUM_BITS'(partial);

    assign sums[lane] = sum;
  end
endmodule
