// Class challenges: ChainKernels. Tiles, what a step multiplies, products in int32, and their folded words.
namespace ait
{
#define CHAIN_THREADS 256
#define CHAIN_FILL_ROUNDS 16
#define CHAIN_FOLD_COLUMNS 256

// Philox.Draw: Philox4x32-10.
DEVICE void philox(uint32& c0, uint32& c1, uint32& c2, uint32& c3, uint32 k0, uint32 k1)
{
    for (int round = 0; round < 10; round++)
    {
        uint64 p0 = (uint64)0xD2511F53u * c0;
        uint64 p1 = (uint64)0xCD9E8D57u * c2;
        uint32 x0 = (uint32)(p1 >> 32) ^ c1 ^ k0;
        uint32 x2 = (uint32)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32)p1;
        c3 = (uint32)p0;
        c0 = x0;
        c2 = x2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

// ChainKernels.Fill, and Operand with one round.
KERNEL(chain_draw, ChainDrawArguments, CHAIN_THREADS)
{
    for (int i = (int)(blockIdx.x * blockDim.x + threadIdx.x); i < a.blocks; i += (int)(gridDim.x * blockDim.x))
    {
        uint32 c0 = (uint32)i;
        uint32 c1 = (uint32)a.index;
        uint32 c2 = a.seed0;
        uint32 c3 = a.seed1;
        for (int round = 0; round < a.rounds; round++)
        {
            philox(c0, c1, c2, c3, a.key0, a.key1);
        }

        uint32* target = a.target + (int64)i * 4;
        target[0] = c0;
        target[1] = c1;
        target[2] = c2;
        target[3] = c3;
    }
}

// ChainKernels.Multiply where no library of products is at hand: a warp for 16 tile rows and as many operand rows as a tile has columns.
KERNEL(chain_multiply, ChainMultiplyArguments, CHAIN_THREADS)
{
    int n0 = ((int)blockIdx.x * warp_count() + warp_index()) * TILE_ROWS;
    int r0 = (int)blockIdx.y * TILE_COLUMNS;
    SumTile sums;
    for (int i = 0; i < 4; i++)
    {
        sums.at[i] = 0;
    }

    for (int k = 0; k < a.width; k += TILE_DEPTH)
    {
        LeftTile left;
        RightTile right;
        load_left(left, a.tile + k, a.width, n0, a.width - 1);
        load_right(right, a.operand + k, a.width, r0, a.rows - 1);
        multiply_tiles(sums, left, right);
    }

    for (int i = 0; i < 4; i++)
    {
        int r = r0 + tile_column(i);
        int n = n0 + tile_row(i);
        if (r < a.rows && n < a.width)
        {
            a.products[(int64)r * a.width + n] = sums.at[i];
        }
    }
}

// ChainKernels.Fold.
KERNEL(chain_fold, ChainFoldArguments, CHAIN_THREADS)
{
    for (int i = (int)(blockIdx.x * blockDim.x + threadIdx.x); i < a.words; i += (int)(gridDim.x * blockDim.x))
    {
        const int* products = a.products + (int64)i * CHAIN_FOLD_COLUMNS;
        uint32 word = 0;
        for (int j = 0; j < CHAIN_FOLD_COLUMNS; j++)
        {
            word = (word ^ (uint32)products[j]) * 0x9E3779B1u;
            word ^= word >> 15;
        }

        a.target[i] = word;
    }
}
} // namespace ait
