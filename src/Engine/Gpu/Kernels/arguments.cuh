// What the host hands to each kernel: one structure each, mirrored field by field in KernelArguments.cs. Strides are in
// elements. Quantised rows are int8 with a stride that is a multiple of 64, and zeros behind the last column.
#pragma once

namespace ait
{
// 16 rows and 4 columns of a packed matrix of the engine at a time, to rows.
struct UnpackArguments
{
    const int* packed;
    int8* rows;
    int row_count;
    int columns;
    int stride;
    int padding;
};

struct EmbedArguments
{
    const int8* table;
    const float* scales;
    const int* tokens;
    float* hidden;
    int dimension;
    int stride;
};

// Sums that the vendor's library made of so many rows from first_row on, to be scaled by whoever reads them: weight_rows to a row,
// a multiple of 4. Without a bias the pointer is null.
struct Product
{
    const int* sums;
    const float* weight_scales;
    const float* bias;
    const float* x_scales;
    int first_row;
    int rows;
    int weight_rows;
    int padding;
};

// Norm or plain quantisation of row source_rows[i] (or i) of x to row i of quantized.
struct QuantizeArguments
{
    Product product; // for silu_finish_quantize in place of x and up, for add_norm_quantize added to x; else only the first row
    float* x;
    const float* up;
    const float* gain;
    const int* source_rows;
    int8* quantized;
    float* scales;
    int* faults;
    int64 x_stride;
    int columns;
    int stride;
    float epsilon;
    int padding;
};

// target[r, n] (+)= (x[r] . w[n]) * (x_scales[r] * w_scales[n]) + bias[n]. Without a bias the pointer is null.
struct LinearArguments
{
    const int8* weights;
    const float* weight_scales;
    const float* bias;
    const int8* x;
    const float* x_scales;
    float* target;
    int64 target_stride;
    int weight_rows;
    int x_rows;
    int columns;
    int stride;
    int adds;
    int padding;
};

struct FinishArguments
{
    Product product;
    float* target; // of the first row
    int64 target_stride;
    int adds;
    int padding;
};

// Keys and values lie in pages of 64 positions; a page holds every layer and key/value head. Of one head it holds keys as 64
// rows, values as width rows of 64 positions, so that either is the left matrix of a tile, then the scales of the keys and
// the exponents of the values.
struct Pages
{
    const uint64* tables; // addresses of the pages of each sequence
    int64 layer_offset;
    int64 head_bytes;
    int table_stride;
    int heads;
    int width;
    int key_stride;
};

struct PositionArguments
{
    Pages pages;
    Product product; // for position_finish, in place of the projections
    const float* projections;
    const float* cosines;
    const float* sines;
    const float* query_gain; // null where heads are not normed
    const float* key_gain;
    const int* positions;
    const int* sequences;
    int8* queries;
    float* query_scales;
    int* maxima;
    int* exponents;
    int64* denominators;
    int64* sums;
    int* faults;
    int heads;
    float score_scale;
    float epsilon;
    int padding;
};

// Queries of one sequence that attend together: number u stands for row first_row + u / group and head u % group of the
// group of each key/value head.
struct AttendTile
{
    int first_row;
    int first_query;
    int query_count;
    int padding;
};

struct AttendArguments
{
    Pages pages;
    const AttendTile* tiles;
    const int* positions;
    const int* sequences;
    const int8* queries;
    const float* query_scales;
    int* maxima;
    int* exponents;
    int64* denominators;
    int64* sums;
    int* scores;
    float* output;
    int64 score_stride;
    int group;
    int splits;
    int window; // positions that a query sees, 0 for all
    int padding;
};

// Adds the normed rows, in units of 2^-16, to the sums that slots names; a negative slot is none.
struct PoolArguments
{
    const float* hidden;
    const float* gain;
    const int* slots;
    int64* sums;
    int* faults;
    int dimension;
    float epsilon;
};

struct Choice
{
    uint64 uniform;
    float scale; // 0 is greedy
    int top_k;   // 0 keeps all
    int top_p;   // millionths
    int padding;
};

struct ChooseArguments
{
    const float* logits;
    const Choice* choices;
    int* tokens;
    int* faults;
    const int* logits_rows;
    int64 logits_stride;
    int vocabulary;
    int padding;
};

// Blocks of 16 bytes drawn by Philox on (block, index, seed), so many times over.
struct ChainDrawArguments
{
    uint32* target;
    int blocks;
    int index;
    int rounds;
    uint32 key0;
    uint32 key1;
    uint32 seed0;
    uint32 seed1;
    int padding;
};

// products[r, n] = operand[r] . tile[n]
struct ChainMultiplyArguments
{
    const int8* operand;
    const int8* tile;
    int* products;
    int rows;
    int width;
};

struct ChainFoldArguments
{
    const int* products;
    uint32* target;
    int words;
    int padding;
};

// Training. A launch works on several items: number i of a turn is head (first + i) % heads of window (first + i) / heads.
struct ItemRange
{
    int first;
    int heads;
};

// Elements from one item's part of a buffer to another's.
struct ItemOffset
{
    int64 window;
    int64 head;
    int64 item;
};

// target = x * factor, or that added to it.
struct ScaleArguments
{
    const float* x;
    float* target;
    int64 x_stride;
    int64 target_stride;
    int columns;
    int adds;
    float factor;
    int padding;
};

// Turns rows of int8 around: row c of the target holds column c, with zeros behind the last row up to its stride.
struct TransposeArguments
{
    const int8* x;
    int8* target;
    ItemOffset x_at;
    ItemOffset target_at;
    int64 x_stride;
    int rows;
    int columns;
    int stride;
    ItemRange items;
    int padding;
};

// Gradients as integers of two limbs: rows of x times a factor of each column, or columns of x times a factor of each row.
// Without factors the pointer is null.
struct GradientArguments
{
    const float* x;
    const float* factors;
    int8* high;
    int8* low;
    float* units;
    int* fault;
    ItemOffset x_at;
    ItemOffset factor_at;
    ItemOffset limb_at;
    ItemOffset unit_at;
    int64 x_stride;
    int64 factor_stride;
    int rows;
    int columns;
    int stride;
    ItemRange items;
    int padding;
};

// target[i, j] (+)= f32(left[i] . right[j]) * units[i], turn after turn. A side of one limb has it in low; without units the
// pointer is null. The depth is a multiple of 64.
struct ProductArguments
{
    const int8* left_high;
    const int8* left_low;
    const int8* right_high;
    const int8* right_low;
    const float* units;
    float* target;
    ItemOffset left_at;
    ItemOffset right_at;
    ItemOffset unit_at;
    ItemOffset target_at;
    int64 left_stride;
    int64 right_stride;
    int64 target_stride;
    int left_rows;
    int right_rows;
    int depth;
    int adds;
    int turns;
    ItemRange items;
    int padding;
};

// Keys and values of an item, out of the pages of a layer: as rows, and keys turned around as well.
struct UnpageArguments
{
    Pages pages;
    int8* keys;
    int8* keys_across;
    int8* values;
    float* key_scales;
    float* value_units;
    int length;
    int across_stride;
    ItemRange items;
};

// Of one query head of each item: the gradient of its output as integers, and what the softmax subtracts.
struct CenterArguments
{
    const float* gradient;
    const float* attended;
    int8* high;
    int8* low;
    float* units;
    float* centers;
    int* fault;
    ItemOffset x_at;
    int64 x_stride;
    int length;
    int columns;
    int stride;
    ItemRange items;
    int padding;
};

// Of one query head of each item, squares of length by length: shares of attention, then gradients of the scores.
struct SquareArguments
{
    float* products;
    float* shares;
    const float* query_scales;
    const float* key_scales;
    const float* value_units;
    const float* centers;
    ItemOffset query_at;
    int64 query_stride;
    int length;
    float root;
    ItemRange items;
};

struct RotateBackArguments
{
    float* x;
    const float* cosines;
    const float* sines;
    int64 stride;
    int length;
    int heads;
    int half;
    int padding;
};

// x holds the gate and, behind it, what it gates; either becomes its gradient.
struct SiluBackArguments
{
    float* x;
    const float* gradient;
    int columns;
    int padding;
};

struct NormBackArguments
{
    const float* x;
    const float* gradient;
    float* target;
    int* fault;
    int columns;
    float epsilon;
};

// The logits become their gradients.
struct LossArguments
{
    float* logits;
    const int* targets;
    int64* loss;
    int* fault;
    int vocabulary;
    float share;
};

// Rows of one window that have a token in common: those of slot s are positions[starts[s]] to positions[starts[s + 1] - 1].
struct ScatterArguments
{
    const float* gradient;
    const int* tokens;
    const int* starts;
    const int* positions;
    const int* bits;
    float* target;
    int* fault;
    int dimension;
    int padding;
};

// The greatest magnitude as bits, or the sum of squares of integers.
struct ReduceArguments
{
    const float* x;
    int* bits;
    int64* sum;
    int64 count;
    float inverse;
    int padding;
};

struct AdamArguments
{
    float* w;
    float* m;
    float* v;
    const float* gradient;
    int64 count;
    float clip;
    float rate;
    float beta1;
    float rest1;
    float beta2;
    float rest2;
    float correction1;
    float correction2;
    float epsilon;
    float decay;
};
} // namespace ait
