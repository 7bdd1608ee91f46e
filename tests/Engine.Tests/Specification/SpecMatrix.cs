using System.Runtime.InteropServices;

namespace Ait.Engine.Tests.Specification;

/// <summary>A matrix drawn by docs/exact-arithmetic.md §6: rows of weights, one scale each.</summary>
internal sealed class SpecMatrix
{
    public SpecMatrix(ulong seed, uint layer, uint kind, int rows, int columns)
    {
        W = new int[rows][];
        for (int row = 0; row < rows; row++)
        {
            W[row] = new int[columns];
        }

        byte[] block = [];
        for (long i = 0; i < (long)rows * columns; i++)
        {
            if (i % 16 == 0)
            {
                block = SpecPhilox.Block((ulong)(i / 16), layer, 0x5700 + kind, seed);
            }

            int value = (sbyte)block[i % 16];
            W[i / columns][i % columns] = value == -128 ? 0 : value;
        }

        float spread = kind == 0 ? 73.3212f : 73.3212f * MathF.Sqrt(columns);
        float step = (kind == 1 ? 4f : 1f) / spread;
        Scale = new float[rows];
        for (int row = 0; row < rows; row++)
        {
            int b = SpecPhilox.Block((ulong)(row / 16), layer, 0x5300 + kind, seed)[row % 16];
            Scale[row] = step * ((384 + b) / 512f);
        }

        Bytes = [
            .. BitConverter.GetBytes(kind), .. BitConverter.GetBytes(layer), .. BitConverter.GetBytes(rows), .. BitConverter.GetBytes(columns),
            .. MemoryMarshal.AsBytes<float>(Scale),
            .. W.SelectMany(row => row.Select(value => (byte)(sbyte)value)),
        ];
    }

    /// <summary>Element i of a vector of §6, and the bytes of its part of the weights digest.</summary>
    public static (float[] Values, byte[] Bytes) Vector(ulong seed, uint layer, uint kind, int length)
    {
        float[] values = [.. Enumerable.Range(0, length).Select(i =>
        {
            int b = SpecPhilox.Block((ulong)(i / 16), layer, 0x5600 + kind, seed)[i % 16];
            return SpecNumbers.F32(kind >= 16 ? 384 + b : b - 128) / 512f;
        })];
        return (values, [
            .. BitConverter.GetBytes(kind), .. BitConverter.GetBytes(layer), .. BitConverter.GetBytes(length), .. BitConverter.GetBytes(0),
            .. MemoryMarshal.AsBytes<float>(values)]);
    }

    public int[][] W { get; }

    public float[] Scale { get; }

    public byte[] Bytes { get; }

    public float[] Linear(int[] q, float scale)
    {
        float[] y = new float[W.Length];
        for (int n = 0; n < y.Length; n++)
        {
            long sum = 0;
            for (int k = 0; k < q.Length; k++)
            {
                sum += q[k] * W[n][k];
            }

            float product = scale * Scale[n];
            y[n] = SpecNumbers.F32(checked((int)sum)) * product;
        }

        return y;
    }
}
