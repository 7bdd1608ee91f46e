// Exact products of gradients: TrainingKernels.Product. An operand of 15 bits is two limbs of int8, x = 128 high + low, so a
// product is one, two or four products of int8; their int32 sums meet in 64 bits.
namespace ait
{
#define PRODUCT_EDGE 64
#define PRODUCT_THREADS 256

// 127 * 127 * 65536, and twice 127 * 64 * 65536, are below 2^31.
#define PRODUCT_SAFE_DEPTH 65536

DEVICE int64 item_offset(const ItemRange& items, const ItemOffset& at, int item)
{
    int n = items.first + item;
    return n / items.heads * at.window + n % items.heads * at.head + item * at.item;
}

// Each thread stages 16 bytes of its row.
DEVICE int4 fetch_piece(const int8* matrix, int64 stride, int first, int last)
{
    return load16(matrix + smaller(first + (int)threadIdx.x / 4, last) * stride + threadIdx.x % 4 * 16);
}

// A warp owns 2 by 2 tiles of the block's 64 by 64 outputs. Sums of one weight belong together: low * low, then what counts
// 128 times as much, and so on.
template <int LEFT, int RIGHT>
DEVICE void product(const ProductArguments& a, int4 (*storage)[PRODUCT_EDGE * TILE_DEPTH / 16])
{
    const int Weights = LEFT + RIGHT - 1;
    int i0 = (int)blockIdx.x * PRODUCT_EDGE;
    int j0 = (int)blockIdx.y * PRODUCT_EDGE;
    int i_warp = warp_index() % 2 * (2 * TILE_ROWS);
    int j_warp = warp_index() / 2 * (2 * TILE_COLUMNS);
    for (int turn = 0; turn < a.turns; turn++)
    {
        int item = (int)blockIdx.z * a.turns + turn;
        int64 left_offset = item_offset(a.items, a.left_at, item);
        int64 right_offset = item_offset(a.items, a.right_at, item);
        const int8* sides[LEFT + RIGHT];
        sides[0] = a.left_low + left_offset;
        sides[LEFT] = a.right_low + right_offset;
        if (LEFT == 2)
        {
            sides[LEFT - 1] = a.left_high + left_offset;
        }

        if (RIGHT == 2)
        {
            sides[LEFT + RIGHT - 1] = a.right_high + right_offset;
        }

        int64 totals[2][2][4];
        SumTile sums[Weights][2][2];
        for (int m = 0; m < 2; m++)
        {
            for (int n = 0; n < 2; n++)
            {
                for (int i = 0; i < 4; i++)
                {
                    totals[m][n][i] = 0;
                    for (int w = 0; w < Weights; w++)
                    {
                        sums[w][m][n].at[i] = 0;
                    }
                }
            }
        }

        int4 pieces[LEFT + RIGHT];
        for (int s = 0; s < LEFT + RIGHT; s++)
        {
            pieces[s] = fetch_piece(sides[s], s < LEFT ? a.left_stride : a.right_stride, s < LEFT ? i0 : j0, (s < LEFT ? a.left_rows : a.right_rows) - 1);
        }

        for (int k = 0; k < a.depth; k += TILE_DEPTH)
        {
            __syncthreads(); // What was staged before has been read.
            for (int s = 0; s < LEFT + RIGHT; s++)
            {
                storage[s][threadIdx.x] = pieces[s];
            }

            __syncthreads();
            if (k + TILE_DEPTH < a.depth)
            {
                for (int s = 0; s < LEFT + RIGHT; s++)
                {
                    pieces[s] = fetch_piece(sides[s] + k + TILE_DEPTH, s < LEFT ? a.left_stride : a.right_stride, s < LEFT ? i0 : j0, (s < LEFT ? a.left_rows : a.right_rows) - 1);
                }
            }

            for (int r = 0; r < RIGHT; r++)
            {
                RightTile right[2];
                for (int n = 0; n < 2; n++)
                {
                    load_right(right[n], reinterpret_cast<const int8*>(storage[LEFT + r]), TILE_DEPTH, j_warp + n * TILE_COLUMNS, PRODUCT_EDGE - 1);
                }

                for (int l = 0; l < LEFT; l++)
                {
                    for (int m = 0; m < 2; m++)
                    {
                        LeftTile left;
                        load_left(left, reinterpret_cast<const int8*>(storage[l]), TILE_DEPTH, i_warp + m * TILE_ROWS, PRODUCT_EDGE - 1);
                        for (int n = 0; n < 2; n++)
                        {
                            multiply_tiles(sums[l + r][m][n], left, right[n]);
                        }
                    }
                }
            }

            if ((k + TILE_DEPTH) % PRODUCT_SAFE_DEPTH == 0 || k + TILE_DEPTH >= a.depth)
            {
                for (int m = 0; m < 2; m++)
                {
                    for (int n = 0; n < 2; n++)
                    {
                        for (int i = 0; i < 4; i++)
                        {
                            for (int w = 0; w < Weights; w++)
                            {
                                totals[m][n][i] += (int64)sums[w][m][n].at[i] * (1 << (7 * w));
                                sums[w][m][n].at[i] = 0;
                            }
                        }
                    }
                }
            }
        }

        const float* units = a.units ? a.units + item_offset(a.items, a.unit_at, item) : a.units;
        float* target = a.target + item_offset(a.items, a.target_at, item);
        for (int m = 0; m < 2; m++)
        {
            for (int n = 0; n < 2; n++)
            {
                for (int i = 0; i < 4; i++)
                {
                    int row = i0 + i_warp + m * TILE_ROWS + tile_row(i);
                    int column = j0 + j_warp + n * TILE_COLUMNS + tile_column(i);
                    if (row < a.left_rows && column < a.right_rows)
                    {
                        float value = to_float(totals[m][n][i]);
                        value = units ? value * units[row] : value;
                        float* at = target + row * a.target_stride + column;
                        *at = a.adds ? *at + value : value;
                    }
                }
            }
        }
    }
}

#define PRODUCT(name, LEFT, RIGHT)                                             \
    KERNEL(name, ProductArguments, PRODUCT_THREADS)                            \
    {                                                                          \
        __shared__ int4 storage[LEFT + RIGHT][PRODUCT_EDGE * TILE_DEPTH / 16]; \
        product<LEFT, RIGHT>(a, storage);                                      \
    }

// Named by the limbs of either side.
PRODUCT(product_1_by_1, 1, 1)
PRODUCT(product_2_by_1, 2, 1)
PRODUCT(product_2_by_2, 2, 2)

#define TRANSPOSE_EDGE 64

KERNEL(transpose, TransposeArguments, ROW_THREADS)
{
    __shared__ int8 tile[TRANSPOSE_EDGE][TRANSPOSE_EDGE + 1];
    const int8* x = a.x + item_offset(a.items, a.x_at, (int)blockIdx.z);
    int8* target = a.target + item_offset(a.items, a.target_at, (int)blockIdx.z);
    int c0 = (int)blockIdx.x * TRANSPOSE_EDGE;
    int r0 = (int)blockIdx.y * TRANSPOSE_EDGE;
    for (int i = threadIdx.x; i < TRANSPOSE_EDGE * TRANSPOSE_EDGE; i += blockDim.x)
    {
        int r = r0 + i / TRANSPOSE_EDGE;
        int c = c0 + i % TRANSPOSE_EDGE;
        tile[i / TRANSPOSE_EDGE][i % TRANSPOSE_EDGE] = r < a.rows && c < a.columns ? x[r * a.x_stride + c] : (int8)0;
    }

    __syncthreads();
    for (int i = threadIdx.x; i < TRANSPOSE_EDGE * TRANSPOSE_EDGE; i += blockDim.x)
    {
        int c = c0 + i / TRANSPOSE_EDGE;
        int r = r0 + i % TRANSPOSE_EDGE;
        if (c < a.columns)
        {
            target[(int64)c * a.stride + r] = tile[i % TRANSPOSE_EDGE][i / TRANSPOSE_EDGE];
        }
    }
}
} // namespace ait
