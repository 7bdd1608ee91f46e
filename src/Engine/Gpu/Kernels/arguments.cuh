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

// Norm or plain quantisation of row source_rows[i] (or i) of x to row i of quantized.
struct QuantizeArguments
{
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
    const int* sums;
    const float* weight_scales;
    const float* bias;
    const float* x_scales;
    float* target;
    int64 target_stride;
    int weight_rows;
    int x_rows;
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
    float* projections;
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
} // namespace ait
