// What the memories hold, and what one module tells another. The generator packs words bit for bit as they stand
// here.
package resnet8_pkg;
  localparam int WIDTH = 4;  // codes in a word: input channels that are multiplied in one cycle
  localparam int ADDRESS_BITS = 14;  // of the activation memory, in words
  localparam int STEP_BITS = 13;  // of the weight memory, in steps of LANES x WIDTH weights
  localparam int CHANNEL_BITS = 10;  // of the memory of the requantizer's parameters
  localparam int SUM_BITS = 25;  // of an accumulator: -2^24 to 2^24 - 1, all of which float32 holds exactly
  localparam int POINT = 40;  // binary places of the requantizer
  localparam int ALIGN_BITS = 4;  // multipliers from 2^-17 to 2^-1
  localparam int ADD_SHIFT = 22;  // binary places of the residual adder

  // Whose second stage: the top's parameter ARITHMETIC.
  localparam int FLOAT32 = 0;  // ONNX Runtime's
  localparam int FIXED_POINT = 1;  // TensorFlow Lite's

  // An addition in three integers.
  typedef struct packed {
    logic [23:0] factor;  // of the first summand
    logic [23:0] second_factor;
    logic [31:0] offset;  // of their sum
  } addition_t;

  // An addition in fixed point: of both summands and of their sum a zero point, and a factor multiplier * 2^(-31 - shift).
  typedef struct packed {
    logic [7:0] zero;
    logic [7:0] second_zero;
    logic [7:0] sum_zero;
    logic [30:0] multiplier;
    logic [30:0] second_multiplier;
    logic [30:0] sum_multiplier;
    logic [4:0] shift;
    logic [4:0] second_shift;
    logic [4:0] sum_shift;
    logic [1:0] way;  // in which the summands are rounded; their sum goes way 0
  } addition_fixed_t;

  // One layer. Addresses and sizes of activations count words.
  typedef struct packed {
    logic last;  // the network's result
    logic unsigned_codes;  // the result leaves as uint8: 128 is added to each code
    logic add;  // add two tensors, code by code; otherwise sums of products
    logic shared;  // the same weights at each kernel position, another input group
    logic stride_2;  // otherwise 1
    logic [1:0] pad;  // rows above and columns to the left that are padding
    logic [7:0] zero;  // the code of real zero, which padding holds
    logic [2:0] log_size;  // rows, and columns, of the input: a power of two
    logic [2:0] log_pitch;  // words of one pixel of the input: a power of two
    logic [4:0] words;  // that are read of each pixel, less 1
    logic [3:0] kernel;  // rows, and columns, of the window, less 1
    logic [5:0] size;  // rows, and columns, of the output, less 1
    logic [3:0] groups;  // of LANES output channels, less 1
    logic [ADDRESS_BITS-1:0] source;  // where the input begins
    logic [ADDRESS_BITS-1:0] second;  // where the second summand begins
    logic [ADDRESS_BITS-1:0] target;  // where the output begins
    logic [ADDRESS_BITS-1:0] written;  // words of the output, less 1
    logic [STEP_BITS-1:0] weights;  // the first step of weights
    logic [CHANNEL_BITS-1:0] channel;  // the first channel's parameters
    logic [CHANNEL_BITS-1:0] last_channel;  // the last one's; after it comes the first again
    logic [$bits(addition_fixed_t)-1:0] addition;  // one of these, or addition_t in the lowest bits
  } layer_t;

  // The program's first word: the checksums of itself and of what it was made with.
  typedef struct packed {
    logic [31:0] program_sum;
    logic [31:0] weights_sum;
    logic [31:0] channels_sum;
    logic [31:0] pixels_sum;
  } header_t;

  // One output channel: code = clamp(round((sum + bias) * mantissa * 2^(align - POINT)) + zero)
  typedef struct packed {
    logic [SUM_BITS-1:0] bias;  // the layer's bias, less zero point * (sum of the weights)
    logic [23:0] mantissa;  // of the float32 multiplier, its leading one included; 0 makes a constant
    logic [ALIGN_BITS-1:0] align;
    logic [7:0] zero;  // the output's zero point
  } channel_t;

  // The same in fixed point: code = clamp(round((sum + bias) * multiplier * 2^(-31 - shift)) + zero)
  typedef struct packed {
    logic [SUM_BITS-1:0] bias;
    logic [30:0] multiplier;  // 0 makes a constant
    logic [4:0] shift;
    logic [1:0] way;  // in which it is rounded: see requantizer_tflite
    logic [7:0] zero;
  } channel_fixed_t;

  // What is to be done with the word of activations that is read in this cycle.
  typedef struct packed {
    logic multiply;
    logic first;    // of a sum
    logic last;     // of a sum
    logic outside;  // it is padding
    logic take;     // it belongs to a sum of two tensors
    logic second;   // of the second one
  } action_t;

  typedef struct packed {
    action_t action;
    logic [ADDRESS_BITS-1:0] address;
    logic [STEP_BITS-1:0] weights;
  } step_t;
endpackage
