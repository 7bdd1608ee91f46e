// Embedding, norms and quantisation: ScalarKernels.NormQuantize, Quantize and GatedSilu. One block a row.
namespace ait
{
#define ROW_THREADS 256

KERNEL(unpack, UnpackArguments, ROW_THREADS)
{
    int groups = a.columns / 4;
    int64 count = (int64)((a.row_count + 15) / 16) * groups * 16;
    for (int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (int64)gridDim.x * blockDim.x)
    {
        int64 line = i / 16;
        int64 row = line / groups * 16 + i % 16;
        if (row < a.row_count)
        {
            reinterpret_cast<int*>(a.rows + row * a.stride)[line % groups] = a.packed[i];
        }
    }
}

KERNEL(embed, EmbedArguments, ROW_THREADS)
{
    int64 token = a.tokens[blockIdx.x];
    float scale = a.scales[token];
    for (int i = threadIdx.x; i < a.dimension; i += blockDim.x)
    {
        a.hidden[(int64)blockIdx.x * a.dimension + i] = (float)a.table[token * a.stride + i] * scale;
    }
}

// A row of sums of the vendor's library: what is left of a linear layer, wherever its outputs are read.
struct ProductRow
{
    const int* sums;
    const float* weight_scales;
    const float* bias;
    float scale;

    DEVICE_MEMBER float one(int n) const
    {
        float y = (float)sums[n] * (scale * weight_scales[n]);
        return bias ? y + bias[n] : y;
    }

    DEVICE_MEMBER int4 fetch(int n) const { return *reinterpret_cast<const int4*>(sums + n); }

    // Outputs n to n + 3; n is a multiple of 4.
    DEVICE_MEMBER float4 at(int n) const { return finish(fetch(n), n); }

    DEVICE_MEMBER float4 finish(int4 sum, int n) const
    {
        float4 w = *reinterpret_cast<const float4*>(weight_scales + n);
        float4 y;
        y.x = (float)sum.x * (scale * w.x);
        y.y = (float)sum.y * (scale * w.y);
        y.z = (float)sum.z * (scale * w.z);
        y.w = (float)sum.w * (scale * w.w);
        if (bias)
        {
            float4 b = *reinterpret_cast<const float4*>(bias + n);
            y.x = y.x + b.x;
            y.y = y.y + b.y;
            y.z = y.z + b.z;
            y.w = y.w + b.w;
        }

        return y;
    }
};

DEVICE ProductRow product_row(const Product& p, int i)
{
    ProductRow row;
    row.sums = p.sums + (int64)i * p.weight_rows;
    row.weight_scales = p.weight_scales;
    row.bias = p.bias;
    row.scale = p.x_scales[p.first_row + i];
    return row;
}

#define QUANTIZE_THREADS 512

struct RowScratch
{
    int greatest[QUANTIZE_THREADS / WARP];
    int64 sums[QUANTIZE_THREADS / WARP];
};

// Four neighbouring columns of a row, zeros behind the last.
DEVICE float4 load_columns(const float* x, int i, int columns, bool aligned)
{
    if (aligned)
    {
        return *reinterpret_cast<const float4*>(x + i);
    }

    float4 v;
    v.x = x[i];
    v.y = i + 1 < columns ? x[i + 1] : 0.0f;
    v.z = i + 2 < columns ? x[i + 2] : 0.0f;
    v.w = i + 3 < columns ? x[i + 3] : 0.0f;
    return v;
}

// Sources of rows: fetch begins to read four columns, finish makes of them what they are worth.

// Rows as they stand.
struct PlainRow
{
    typedef float4 Raw;
    const float* x;
    int columns;
    bool aligned;

    DEVICE_MEMBER Raw fetch(int i) const { return load_columns(x, i, columns, aligned); }
    DEVICE_MEMBER float4 finish(Raw raw, int) const { return raw; }
};

// Rows times the gain of a norm.
struct GainRow
{
    typedef float4 Raw;
    PlainRow row;
    PlainRow gain;

    DEVICE_MEMBER Raw fetch(int i) const { return row.fetch(i); }

    DEVICE_MEMBER float4 finish(Raw v, int i) const
    {
        float4 g = gain.fetch(i);
        v.x = v.x * g.x;
        v.y = v.y * g.y;
        v.z = v.z * g.z;
        v.w = v.w * g.w;
        return v;
    }
};

DEVICE float4 gate_columns(float4 g, float4 u)
{
    g.x = silu(g.x) * u.x;
    g.y = silu(g.y) * u.y;
    g.z = silu(g.z) * u.z;
    g.w = silu(g.w) * u.w;
    return g;
}

// A gate and what it gates.
struct GatedRow
{
    struct Raw
    {
        float4 gate;
        float4 up;
    };

    PlainRow gate;
    PlainRow up;

    DEVICE_MEMBER Raw fetch(int i) const
    {
        Raw raw;
        raw.gate = gate.fetch(i);
        raw.up = up.fetch(i);
        return raw;
    }

    DEVICE_MEMBER float4 finish(const Raw& raw, int) const { return gate_columns(raw.gate, raw.up); }
};

// The same, from sums that are still to be scaled.
struct GatedSums
{
    struct Raw
    {
        int4 gate;
        int4 up;
    };

    ProductRow row;
    int columns;

    DEVICE_MEMBER Raw fetch(int i) const
    {
        Raw raw;
        raw.gate = row.fetch(i);
        raw.up = row.fetch(columns + i);
        return raw;
    }

    DEVICE_MEMBER float4 finish(const Raw& raw, int i) const { return gate_columns(row.finish(raw.gate, i), row.finish(raw.up, columns + i)); }
};

// Rows to which the outputs of a product are added.
struct AddedRow
{
    struct Raw
    {
        float4 before;
        int4 sum;
    };

    PlainRow row;
    ProductRow product;

    DEVICE_MEMBER Raw fetch(int i) const
    {
        Raw raw;
        raw.before = row.fetch(i);
        raw.sum = product.fetch(i);
        return raw;
    }

    DEVICE_MEMBER float4 finish(const Raw& raw, int i) const
    {
        float4 y = product.finish(raw.sum, i);
        y.x = raw.before.x + y.x;
        y.y = raw.before.y + y.y;
        y.z = raw.before.z + y.z;
        y.w = raw.before.w + y.w;
        return y;
    }
};

DEVICE int columns_magnitude(float4 v)
{
    return greater(greater(magnitude_bits(v.x), magnitude_bits(v.y)), greater(magnitude_bits(v.z), magnitude_bits(v.w)));
}

DEVICE int columns_squares(float4 v, float inverse)
{
    int x = nearest(v.x * inverse);
    int y = nearest(v.y * inverse);
    int z = nearest(v.z * inverse);
    int w = nearest(v.w * inverse);
    return x * x + y * y + z * z + w * w; // at most 4 * 16383 * 16383, below 2^31
}

DEVICE int columns_quantized(float4 v, float inverse)
{
    return (nearest(v.x * inverse) & 255) | (nearest(v.y * inverse) & 255) << 8 | (nearest(v.z * inverse) & 255) << 16
        | (int)((uint32)nearest(v.w * inverse) << 24);
}

// A row of which each thread holds GROUPS times four columns; of one that is longer than that, GROUPS is 0, and the source is
// read anew each time.
template <int GROUPS, typename Source>
struct Row
{
    Source source;
    int columns;
    float4 held[GROUPS == 0 ? 1 : GROUPS];

    DEVICE_MEMBER void load()
    {
        // The next columns are on their way while these are worked on.
        typename Source::Raw raw[2];
        int first = 4 * (int)threadIdx.x;
        if (GROUPS > 0 && first < columns)
        {
            raw[0] = source.fetch(first);
        }

        UNROLL
        for (int j = 0; j < GROUPS; j++)
        {
            int i = first + 4 * j * (int)blockDim.x;
            int next = i + 4 * (int)blockDim.x;
            if (j + 1 < GROUPS && next < columns)
            {
                raw[(j + 1) % 2] = source.fetch(next);
            }

            if (i < columns)
            {
                held[j] = source.finish(raw[j % 2], i);
            }
        }
    }

    template <typename Action>
    DEVICE_MEMBER void each(Action action) const
    {
        if (GROUPS == 0)
        {
            for (int i = 4 * (int)threadIdx.x; i < columns; i += 4 * (int)blockDim.x)
            {
                action(i, source.finish(source.fetch(i), i));
            }
        }

        UNROLL
        for (int j = 0; j < GROUPS; j++)
        {
            int i = 4 * (int)(threadIdx.x + j * blockDim.x);
            if (i < columns)
            {
                action(i, held[j]);
            }
        }
    }

    // The largest magnitude, zero where it counts as zero or is out of range, which is a fault.
    DEVICE_MEMBER float magnitude(int* fault, RowScratch& s) const
    {
        int bits = 0;
        each([&](int, float4 v) { bits = greater(bits, columns_magnitude(v)); });
        bits = block_greatest(bits, s.greatest);
        if (bits > LARGEST_BITS && threadIdx.x == 0)
        {
            *fault = 1;
        }

        return bits < SMALLEST_BITS || bits > LARGEST_BITS ? 0.0f : bits_float((uint32)bits);
    }

    // The inverse root of the mean square, zero where the row counts as zero.
    DEVICE_MEMBER float root(float magnitude, float epsilon, RowScratch& s) const
    {
        int64 sum = 0;
        float inverse = 16383.0f / magnitude;
        if (magnitude != 0.0f)
        {
            each([&](int, float4 v) { sum += columns_squares(v, inverse); });
        }

        sum = block_sum(sum, s.sums);
        return magnitude == 0.0f ? 0.0f : inverse_root(sum, columns, magnitude, epsilon);
    }

    DEVICE_MEMBER void store(int8* q, float magnitude) const
    {
        float inverse = 127.0f / magnitude;
        each([&](int i, float4 v) { *reinterpret_cast<int*>(q + i) = magnitude == 0.0f ? 0 : columns_quantized(v, inverse); });
    }
};

DEVICE PlainRow plain_row(const QuantizeArguments& a, const float* x)
{
    PlainRow row;
    row.x = x;
    row.columns = a.columns;
    row.aligned = ((a.columns | (int)a.x_stride) & 3) == 0;
    return row;
}

template <int GROUPS, typename Source>
DEVICE void quantize_row(const QuantizeArguments& a, const Source& source, int row, RowScratch& s)
{
    Row<GROUPS, Source> r;
    r.source = source;
    r.columns = a.columns;
    r.load();
    float magnitude = r.magnitude(a.faults + row, s);
    r.store(a.quantized + (int64)row * a.stride, magnitude);
    if (threadIdx.x == 0)
    {
        a.scales[row] = magnitude / 127.0f;
    }
}

// With a gain of its own, what is quantised is x * gain; else the gain is in the matrix that follows.
template <int GROUPS>
DEVICE void norm_row(const QuantizeArguments& a, const Row<GROUPS, PlainRow>& plain, int row, int target, bool gains, RowScratch& s)
{
    float magnitude = plain.magnitude(a.faults + row, s);
    float root = plain.root(magnitude, a.epsilon, s);
    int8* q = a.quantized + (int64)target * a.stride;
    if (gains)
    {
        Row<GROUPS, GainRow> gained;
        gained.source.row = plain.source;
        gained.source.gain = plain_row(a, a.gain);
        gained.columns = a.columns;
        gained.load();
        magnitude = gained.magnitude(a.faults + row, s);
        gained.store(q, magnitude);
    }
    else
    {
        plain.store(q, magnitude);
    }

    if (threadIdx.x == 0)
    {
        a.scales[target] = (magnitude / 127.0f) * root;
    }
}

template <int GROUPS>
DEVICE void norm_source_row(const QuantizeArguments& a, bool gains, RowScratch& s)
{
    int target = a.product.first_row + (int)blockIdx.x;
    int row = a.source_rows ? a.source_rows[target] : target;
    Row<GROUPS, PlainRow> plain;
    plain.source = plain_row(a, a.x + row * a.x_stride);
    plain.columns = a.columns;
    plain.load();
    norm_row<GROUPS>(a, plain, row, target, gains, s);
}

// The row first takes up what a product adds to it.
template <int GROUPS>
DEVICE void norm_added_row(const QuantizeArguments& a, RowScratch& s)
{
    int row = a.product.first_row + (int)blockIdx.x;
    float* x = a.x + row * a.x_stride;
    Row<GROUPS, AddedRow> added;
    added.source.row = plain_row(a, x);
    added.source.product = product_row(a.product, (int)blockIdx.x);
    added.columns = a.columns;
    added.load();
    added.each([&](int i, float4 v) { *reinterpret_cast<float4*>(x + i) = v; });
    Row<GROUPS, PlainRow> plain;
    plain.source = added.source.row;
    plain.columns = a.columns;
    for (int j = 0; j < GROUPS; j++)
    {
        plain.held[j] = added.held[j];
    }

    // Of a row that is not held each thread reads back what it wrote itself.
    norm_row<GROUPS>(a, plain, row, row, false, s);
}

// Rows of up to 4096 and 16384 columns are held in registers.
#define BY_LENGTH(columns, call)                       \
    if ((columns) <= 2 * 4 * QUANTIZE_THREADS)         \
    {                                                  \
        call(2);                                       \
    }                                                  \
    else if ((columns) <= 8 * 4 * QUANTIZE_THREADS)    \
    {                                                  \
        call(8);                                       \
    }                                                  \
    else                                               \
    {                                                  \
        call(0);                                       \
    }

KERNEL_OF(norm_quantize, QuantizeArguments, QUANTIZE_THREADS, 2)
{
    __shared__ RowScratch s;
#define NORM_ROW(GROUPS) norm_source_row<GROUPS>(a, false, s)
    BY_LENGTH(a.columns, NORM_ROW)
#undef NORM_ROW
}

// Rows to which a product of the vendor's library is added before they are normed.
KERNEL_OF(add_norm_quantize, QuantizeArguments, QUANTIZE_THREADS, 2)
{
    __shared__ RowScratch s;
#define NORM_ROW(GROUPS) norm_added_row<GROUPS>(a, s)
    BY_LENGTH(a.columns, NORM_ROW)
#undef NORM_ROW
}

KERNEL_OF(gain_norm_quantize, QuantizeArguments, QUANTIZE_THREADS, 2)
{
    __shared__ RowScratch s;
#define NORM_ROW(GROUPS) norm_source_row<GROUPS>(a, true, s)
    BY_LENGTH(a.columns, NORM_ROW)
#undef NORM_ROW
}

KERNEL_OF(quantize, QuantizeArguments, QUANTIZE_THREADS, 2)
{
    __shared__ RowScratch s;
    int row = (int)blockIdx.x;
    PlainRow source = plain_row(a, a.x + row * a.x_stride);
#define QUANTIZE_ROW(GROUPS) quantize_row<GROUPS>(a, source, row, s)
    BY_LENGTH(a.columns, QUANTIZE_ROW)
#undef QUANTIZE_ROW
}

// x holds the gate and, behind it, what it gates.
KERNEL_OF(silu_quantize, QuantizeArguments, QUANTIZE_THREADS, 2)
{
    __shared__ RowScratch s;
    int row = a.product.first_row + (int)blockIdx.x;
    GatedRow source;
    source.gate = plain_row(a, a.x + row * a.x_stride);
    source.up = plain_row(a, a.up + row * a.x_stride);
#define QUANTIZE_ROW(GROUPS) quantize_row<GROUPS>(a, source, row, s)
    BY_LENGTH(a.columns, QUANTIZE_ROW)
#undef QUANTIZE_ROW
}

// Gates and what they gate, of sums that the vendor's library made.
KERNEL_OF(silu_finish_quantize, QuantizeArguments, QUANTIZE_THREADS, 2)
{
    __shared__ RowScratch s;
    int row = a.product.first_row + (int)blockIdx.x;
    GatedSums source;
    source.row = product_row(a.product, (int)blockIdx.x);
    source.columns = a.columns;
#define QUANTIZE_ROW(GROUPS) quantize_row<GROUPS>(a, source, row, s)
    BY_LENGTH(a.columns, QUANTIZE_ROW)
#undef QUANTIZE_ROW
}

// The sum of normed rows over positions: StepExecutor.AddToPool.
KERNEL(pool, PoolArguments, QUANTIZE_THREADS)
{
    __shared__ RowScratch s;
    int row = (int)blockIdx.x;
    int slot = a.slots[row];
    if (slot < 0)
    {
        return;
    }

    const float* x = a.hidden + (int64)row * a.dimension;
    Row<0, PlainRow> r;
    r.source.x = x;
    r.source.columns = r.columns = a.dimension;
    r.source.aligned = a.dimension % 4 == 0;
    float root = r.root(r.magnitude(a.faults + row, s), a.epsilon, s);
    for (int i = threadIdx.x; i < a.dimension; i += blockDim.x)
    {
        float normed = x[i] * root;
        normed = a.gain ? normed * a.gain[i] : normed;
        int64 score = to_score(normed * 65536.0f);
        atomicAdd(reinterpret_cast<uint64*>(a.sums + (int64)slot * a.dimension + i), (uint64)score);
    }
}
} // namespace ait
