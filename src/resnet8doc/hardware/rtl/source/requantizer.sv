// From a sum to a code, in integers: the very bits of clamp(rint(float32(sum + bias) * M) + zero), all in float32.
//
// M = mantissa * 2^(align - POINT), as float32 holds it. The product is exact here. Its floor k, and its distance d
// from the tie k + 1/2, decide: up if d > 0. But float32 rounds the product to 24 bits before it is rounded to an
// integer: what lies within half a unit in the last place of k + 1/2 has become k + 1/2 itself, and goes to the even
// one of k, k + 1. How wide that window is depends on the leading bit of |k + 1/2| alone.
//
// SUM_BITS up to 25 hold what float32 holds exactly. Of wider sums float32(sum) keeps 24 bits: that is done first.
module requantizer #(
    parameter int SUM_BITS = 25,
    parameter int POINT = 40,
    parameter int ALIGN_BITS = 4
) (
    input logic clock,
    input logic valid,
    input logic [SUM_BITS-1:0] sum,
    input logic [SUM_BITS-1:0] bias,
    input logic [23:0] mantissa,
    input logic [ALIGN_BITS-1:0] align,
    input logic [7:0] zero,
    output logic code_valid,
    output logic [7:0] code
);
  localparam int KEPT_BITS = SUM_BITS <= 25 ? SUM_BITS : SUM_BITS + 1;  // the greatest sum may be rounded up
  localparam int PRODUCT_BITS = KEPT_BITS + 24;
  localparam int SHIFTED_BITS = PRODUCT_BITS + (1 << ALIGN_BITS) - 1;
  localparam int ALIGNED_BITS = SHIFTED_BITS > POINT + 10 ? SHIFTED_BITS : POINT + 10;
  localparam logic [POINT-1:0] HALF = {1'b1, {POINT - 1{1'b0}}};
  localparam int STAGES = 8;

  logic [STAGES-1:0] valids;
  logic [STAGES-2:0][7:0] zeros;
  logic [3:0][ALIGN_BITS-1:0] aligns;
  always_ff @(posedge clock) begin
    valids <= {valids[STAGES-2:0], valid};
    zeros  <= {zeros[STAGES-3:0], zero};
    aligns <= {aligns[2:0], align};
  end

  // 1: the whole accumulator
  logic signed [SUM_BITS-1:0] biased;
  logic [1:0][23:0] mantissas;
  always_ff @(posedge clock) begin
    biased <= sum + bias;
    mantissas <= {mantissas[0], mantissa};
  end

  // 2: what float32 keeps of it
  logic signed [KEPT_BITS-1:0] kept;
  if (SUM_BITS <= 25) begin : g_exact
    always_ff @(posedge clock) kept <= biased;
  end else begin : g_rounded
    logic [KEPT_BITS-1:0] magnitude, unit, rounded;
    always_comb begin
      magnitude = KEPT_BITS'(biased < 0 ? -KEPT_BITS'(biased) : KEPT_BITS'(biased));
      unit = KEPT_BITS'(1);  // in the last place of 24 bits
      for (int i = 24; i < SUM_BITS; i++) if (magnitude[i]) unit = KEPT_BITS'(1) << (i - 23);
      // Half to even: half a unit less one, and one more where the last place is odd.
      rounded = magnitude;
      if (!unit[0]) rounded = (magnitude + (unit >> 1) - 1 + KEPT_BITS'(|(magnitude & unit))) & ~(unit - 1);
    end
    always_ff @(posedge clock) kept <= biased < 0 ? -rounded : rounded;
  end

  // 3, 4: the exact product, in two halves
  logic signed [KEPT_BITS+12:0] low, high;
  logic signed [PRODUCT_BITS-1:0] product;
  always_ff @(posedge clock) begin
    low <= kept * $signed({1'b0, mantissas[1][11:0]});
    high <= kept * $signed({1'b0, mantissas[1][23:12]});
    product <= PRODUCT_BITS'(low) + (PRODUCT_BITS'(high) <<< 12);
  end

  // 5: the binary point comes to its place
  logic signed [ALIGNED_BITS-1:0] aligned;
  always_ff @(posedge clock) aligned <= ALIGNED_BITS'(product) <<< aligns[3];

  // 6: the floor, in 9 bits (what does not fit will be clamped), and the distance from the tie, as a signed number
  logic signed [ALIGNED_BITS-POINT-1:0] whole;
  logic signed [8:0] k;
  logic signed [POINT-1:0] d;
  assign whole = aligned[ALIGNED_BITS-1:POINT];
  always_ff @(posedge clock) begin
    k <= whole > 255 ? 9'sd255 : whole < -256 ? -9'sd256 : whole[8:0];
    d <= aligned[POINT-1:0] ^ HALF;
  end

  // 7: up, down, or a tie
  logic [7:0] magnitude;
  logic signed [POINT-1:0] window;
  logic up;
  logic signed [8:0] floor;
  always_comb begin
    magnitude = k[8] ? ~k[7:0] : k[7:0];
    window = POINT'(1) << (POINT - 25);  // of 1/2
    for (int i = 0; i < 8; i++) if (magnitude[i]) window = POINT'(1) << (POINT - 24 + i);
  end
  always_ff @(posedge clock) begin
    up <= d <= window && d >= -window ? k[0] : !d[POINT-1];
    floor <= k;
  end

  // 8: the zero point, and the clamp
  logic signed [9:0] result;
  assign result = 10'(floor) + 10'($signed({1'b0, up})) + 10'($signed(zeros[STAGES-2]));
  always_ff @(posedge clock) code <= result > 127 ? 8'h7f : result < -128 ? 8'h80 : result[7:0];
  assign code_valid = valids[STAGES-1];
endmodule
