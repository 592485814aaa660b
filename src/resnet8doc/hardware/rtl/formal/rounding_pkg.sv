// Rounding as it is defined, for provers: slow, plain, and written without a look at the modules that are held to it.
//
// A claim names the bits of its numbers: a solver takes longer for wider ones, though what is above is zero.
`ifndef NUMBER_BITS
`define NUMBER_BITS 128
`endif
package rounding_pkg;
  localparam int BITS = `NUMBER_BITS;
  typedef logic [BITS-1:0] number_t;  // what is not negative; signs are set aside

  // value / 2^places to the nearest integer, a tie to the even one.
  function automatic number_t nearest_even(input number_t value, input logic [7:0] places);
    number_t quotient, rest, half;
    quotient = value >> places;
    rest = value - (quotient << places);
    half = (number_t'(1) << places) >> 1;
    if (places == 0 || rest < half) return quotient;
    if (rest > half) return quotient + 1;
    return quotient[0] ? quotient + 1 : quotient;
  endfunction

  // What float32 holds of an integer: its 24 leading bits, the nearest.
  function automatic number_t float32(input number_t value);
    logic [7:0] places;
    places = 0;
    for (int i = 24; i < BITS; i++) if (value[i]) places = 8'(i - 23);
    return nearest_even(value, places) << places;
  endfunction

  // A sign and a magnitude plus a zero point, clamped to int8.
  function automatic logic [7:0] int8(input logic negative, input number_t magnitude, input logic [7:0] zero);
    logic signed [15:0] value;
    value = magnitude > 1000 ? 16'sd1000 : 16'(magnitude);
    value = (negative ? -value : value) + 16'($signed(zero));
    return value > 127 ? 8'h7f : value < -128 ? 8'h80 : value[7:0];
  endfunction
endpackage
