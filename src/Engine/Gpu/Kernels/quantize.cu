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

// The row's largest magnitude, zero where it counts as zero or is out of range, which is a fault.
DEVICE float row_magnitude(const float* x, int columns, int* fault, int* scratch)
{
    int bits = 0;
    for (int i = threadIdx.x; i < columns; i += blockDim.x)
    {
        bits = greater(bits, magnitude_bits(x[i]));
    }

    bits = block_greatest(bits, scratch);
    if (bits > LARGEST_BITS && threadIdx.x == 0)
    {
        *fault = 1;
    }

    return bits < SMALLEST_BITS || bits > LARGEST_BITS ? 0.0f : bits_float((uint32)bits);
}

DEVICE void store_quantized(const float* x, int8* q, int columns, float magnitude)
{
    float inverse = 127.0f / magnitude;
    for (int i = threadIdx.x; i < columns; i += blockDim.x)
    {
        q[i] = magnitude == 0.0f ? (int8)0 : (int8)nearest(x[i] * inverse);
    }
}

// The inverse root of the mean square, zero where the row counts as zero.
DEVICE float row_inverse_root(const float* x, int columns, float magnitude, float epsilon, int64* scratch)
{
    int64 sum = 0;
    float inverse = 16383.0f / magnitude;
    for (int i = threadIdx.x; magnitude != 0.0f && i < columns; i += blockDim.x)
    {
        int v = nearest(x[i] * inverse);
        sum += v * v;
    }

    sum = block_sum(sum, scratch);
    return magnitude == 0.0f ? 0.0f : inverse_root(sum, columns, magnitude, epsilon);
}

KERNEL(norm_quantize, QuantizeArguments, ROW_THREADS)
{
    __shared__ int greatest[ROW_THREADS / WARP];
    __shared__ int64 sums[ROW_THREADS / WARP];
    int row = a.source_rows ? a.source_rows[blockIdx.x] : (int)blockIdx.x;
    const float* x = a.x + row * a.x_stride;
    float magnitude = row_magnitude(x, a.columns, a.faults + row, greatest);
    store_quantized(x, a.quantized + (int64)blockIdx.x * a.stride, a.columns, magnitude);
    float root = row_inverse_root(x, a.columns, magnitude, a.epsilon, sums);
    if (threadIdx.x == 0)
    {
        a.scales[blockIdx.x] = (magnitude / 127.0f) * root;
    }
}

// The norm has a gain of its own: what is quantised is x * gain.
KERNEL(gain_norm_quantize, QuantizeArguments, ROW_THREADS)
{
    __shared__ int greatest[ROW_THREADS / WARP];
    __shared__ int64 sums[ROW_THREADS / WARP];
    int row = a.source_rows ? a.source_rows[blockIdx.x] : (int)blockIdx.x;
    float* x = a.x + row * a.x_stride;
    float root = row_inverse_root(x, a.columns, row_magnitude(x, a.columns, a.faults + row, greatest), a.epsilon, sums);
    for (int i = threadIdx.x; i < a.columns; i += blockDim.x)
    {
        x[i] = x[i] * a.gain[i];
    }

    float magnitude = row_magnitude(x, a.columns, a.faults + row, greatest);
    store_quantized(x, a.quantized + (int64)blockIdx.x * a.stride, a.columns, magnitude);
    if (threadIdx.x == 0)
    {
        a.scales[blockIdx.x] = (magnitude / 127.0f) * root;
    }
}

KERNEL(quantize, QuantizeArguments, ROW_THREADS)
{
    __shared__ int greatest[ROW_THREADS / WARP];
    int row = (int)blockIdx.x;
    float* x = a.x + row * a.x_stride;
    float magnitude = row_magnitude(x, a.columns, a.faults + row, greatest);
    store_quantized(x, a.quantized + (int64)row * a.stride, a.columns, magnitude);
    if (threadIdx.x == 0)
    {
        a.scales[row] = magnitude / 127.0f;
    }
}

// The sum of normed rows over positions: StepExecutor.AddToPool.
KERNEL(pool, PoolArguments, ROW_THREADS)
{
    __shared__ int greatest[ROW_THREADS / WARP];
    __shared__ int64 scratch[ROW_THREADS / WARP];
    int row = (int)blockIdx.x;
    int slot = a.slots[row];
    if (slot < 0)
    {
        return;
    }

    const float* x = a.hidden + (int64)row * a.dimension;
    float root = row_inverse_root(x, a.dimension, row_magnitude(x, a.dimension, a.faults + row, greatest), a.epsilon, scratch);
    for (int i = threadIdx.x; i < a.dimension; i += blockDim.x)
    {
        float normed = x[i] * root;
        normed = a.gain ? normed * a.gain[i] : normed;
        int64 score = to_score(normed * 65536.0f);
        atomicAdd(reinterpret_cast<uint64*>(a.sums + (int64)slot * a.dimension + i), (uint64)score);
    }
}

// x holds the gate and, behind it, what it gates; the products replace the gate.
KERNEL(silu_quantize, QuantizeArguments, ROW_THREADS)
{
    __shared__ int greatest[ROW_THREADS / WARP];
    int row = (int)blockIdx.x;
    float* x = a.x + row * a.x_stride;
    const float* up = a.up + row * a.x_stride;
    for (int i = threadIdx.x; i < a.columns; i += blockDim.x)
    {
        x[i] = silu(x[i]) * up[i];
    }

    // Each thread reads back what it wrote itself.
    float magnitude = row_magnitude(x, a.columns, a.faults + row, greatest);
    store_quantized(x, a.quantized + (int64)row * a.stride, a.columns, magnitude);
    if (threadIdx.x == 0)
    {
        a.scales[row] = magnitude / 127.0f;
    }
}
} // namespace ait
